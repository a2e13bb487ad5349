{{- /* What counts as affirmed: what mining found so and no person has rejected.
@rejections are the partitions of an edition, or of several. */ -}}

{{define "not rejected"}}(period, platform, product, review, term) NOT IN (
    SELECT period, platform, product, review, term FROM rejections WHERE (period, dictionary) IN (@rejections)
){{end}}

{{define "affirmed"}}assertion = @affirmed AND {{template "not rejected" .}}{{end}}
