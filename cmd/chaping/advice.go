package main

import (
	"fmt"

	"chaping"
)

// wordAdvice says with commands and flags what is to be done.
func wordAdvice(a chaping.Advice) string { return fmt.Sprintf(advice[a.Code], a.Params...) }

var advice = map[chaping.AdviceCode]string{}
