package chaping

// A Form is one of the forms that the notice has stations fill in.
type Form string

// The forms.
const (
	FormPlatform    Form = "platform"    // 附件2: the monthly sheet of a platform station, counted from reviews
	FormAssociation Form = "association" // 附件2: the monthly sheet of an association's or a laboratory's station
	FormUrgent      Form = "urgent"      // an important risk, reported at once
	FormAnnual      Form = "annual"      // 附件3: the analysis report at the end of the year
)

// Chinese names the form.
func (f Form) Chinese() string {
	switch f {
	case FormPlatform:
		return "电商平台报送表"
	case FormAssociation:
		return "行业组织、检验检测机构报送表"
	case FormUrgent:
		return "重要风险信息报告"
	case FormAnnual:
		return "年度专题分析报告"
	}
	return string(f)
}
