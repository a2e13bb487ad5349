-- Reviews of a window, or those of products that were listed under a keyword.
SELECT count() FROM {{template "window" .}}
{{- if .Data}}
  AND (platform, product) IN (SELECT platform, product FROM listings WHERE keyword IN @keywords){{end}}
