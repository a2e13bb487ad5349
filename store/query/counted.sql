{{- /* What counts, and as what, as chaping.CountAs says: a mention that a person
has rejected counts as nothing; a review that affirms a term is a negative one,
a hidden complaint, or neither, and never two of them. @rejections are the
partitions of an edition, or of several. */ -}}

{{define "not rejected"}}(period, platform, product, review, term) NOT IN (
    SELECT period, platform, product, review, term FROM rejections WHERE (period, dictionary) IN (@rejections)
){{end}}

{{define "affirmed"}}assertion = @affirmed AND {{template "not rejected" .}}{{end}}

{{define "hidden complaint"}}(grade = @positive OR is_default = 1 AND grade != @negative){{end}}

{{- /* Of a product's listings those that count: one without a product keyword was
made before anybody gave the product one, and would count everything twice. */ -}}
{{define "under a keyword"}}(keyword != '' OR (platform, product) NOT IN (
        SELECT platform, product FROM listings WHERE keyword != ''
    )){{end -}}
