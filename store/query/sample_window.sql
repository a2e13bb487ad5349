-- What samples of reviews are drawn from: those with text that buyers wrote.
SELECT count(), countIf(is_default = 1), countIf({{template "hidden complaint"}}),
       countIf(is_default = 0 AND (notEmpty(text) OR notEmpty(appended)) AND grade = @negative),
       countIf(is_default = 0 AND (notEmpty(text) OR notEmpty(appended)) AND grade != @negative)
FROM {{template "window" .}}
