{{- /* The copies in the window that a dictionary edit may affect. The text is
searched for all patterns in one pass. Which copy of a review holds does not
matter here: too many candidates cost time, too few would cost mentions. */ -}}

{{define "affected"}}
    SELECT platform, product, id FROM reviews
    {{- if eq . "mentioned"}}
    PREWHERE (platform, product, id) IN (
        SELECT platform, product, review FROM mentions WHERE period = @period AND dictionary = @before
    )
    {{- end}}
    WHERE {{template "inside"}}
      AND (multiMatchAny(text, @patterns) OR length(text) + length(appended) >= @long OR NOT isValidUTF8(text)
           OR appended != '' AND (multiMatchAny(appended, @patterns) OR NOT isValidUTF8(appended)))
{{end}}

{{- /* The engine takes two characters with anything between for expensive; on
reviews they are not (docs/decisions.md). */ -}}

{{define "search settings"}}SETTINGS reject_expensive_hyperscan_regexps = 0{{end}}

{{- /* Of the candidates' copies the latest is read, without FINAL, which would
read the texts of all reviews. */ -}}

SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version
FROM reviews
WHERE {{template "inside"}}
  AND (platform, product, id) IN ({{template "affected" "all"}})
{{- if eq .Moved "listed"}}
  AND (platform, product, id) NOT IN (@moved){{else if eq .Moved "many"}}
  AND (platform, product, id) NOT IN ({{template "moved"}}){{end}}
ORDER BY platform, product, id, version DESC
LIMIT 1 BY platform, product, id
{{template "search settings"}}
