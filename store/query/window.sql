{{- /* The reviews of a window that hold: one copy of each, and none that a
later copy has moved to a date outside the window.

FINAL leaves the latest copy of a review. But the window selects partitions and
parts by date before FINAL runs, so that it cannot see a later copy published
elsewhere; "moved" finds those. There are hardly ever any: a bad date in an
export, corrected. So it first looks for keys that stand both inside and
outside, by a hash that keeps the set small, and only then compares copies.
That costs a scan of all keys; so Store asks once (moved.sql) and binds what it
found: nothing (Moved ""), a list ("listed"), or too many to bind ("many"). */ -}}

{{define "inside"}}published >= toDateTime(@from) AND published < toDateTime(@to){{end}}

{{define "moved"}}
    SELECT platform, product, id
    FROM reviews
    WHERE (platform, product, id) IN (
        SELECT platform, product, id
        FROM reviews
        WHERE NOT ({{template "inside"}})
          AND cityHash64(platform, product, id) IN (
              SELECT cityHash64(platform, product, id) FROM reviews WHERE {{template "inside"}}
          )
    )
    GROUP BY platform, product, id
    HAVING argMax(published, version) < toDateTime(@from) OR argMax(published, version) >= toDateTime(@to)
{{end}}

{{define "window"}}reviews FINAL
WHERE {{template "inside"}}
{{- if eq .Moved "listed"}}
  AND (platform, product, id) NOT IN (@moved){{else if eq .Moved "many"}}
  AND (platform, product, id) NOT IN ({{template "moved"}}){{end}}{{end}}
