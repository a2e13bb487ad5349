{{- /* What a review that affirms a term counts as, as chaping.RoleOf says: each
review has one role. */ -}}

{{define "hidden complaint"}}(grade = @positive OR is_default = 1 AND grade != @negative){{end}}
