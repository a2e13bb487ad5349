package chaping_test

import (
	"testing"

	"chaping"
)

func TestProvinceOf(t *testing.T) {
	if n := len(chaping.Provinces()); n != 34 {
		t.Errorf("%d provinces", n)
	}
	for place, want := range map[string]string{
		"浙江省杭州市余杭区文一西路": "浙江省",
		"广东深圳":        "广东省",
		"深圳":          "广东省",
		"东莞大朗镇":       "广东省",
		"内蒙古":         "内蒙古自治区",
		"呼和浩特市":       "内蒙古自治区",
		"义乌市北苑街道":     "浙江省",
		"义乌":          "浙江省",
		"中国香港":        "香港特别行政区",
		"台湾":          "台湾省",
		"上海":          "上海市",
		"上海市静安区":      "上海市",
		"浦东新区":        "上海市",
		"浦东":          "上海市",
		"上海,浦东":       "上海市",
		"浙江,金华,义乌":    "浙江省",
		"河北-石家庄-长安区":  "河北省",
		"辽宁 大连 中山":    "辽宁省", // the district, not the city
		"吉林市":         "吉林省",
		"南京市上海路":      "江苏省", // a road
		"海南藏族自治州共和县":  "青海省",
		"海南州":         "青海省",
		"延边州":         "吉林省",
		"海南":          "海南省",
		"恩施土家族苗族自治州":  "湖北省",
		"大兴安岭":        "黑龙江省",
		"生产地址：山东省青岛市": "山东省",
		"杭州、宁波":       "浙江省",
		"杭州、深圳":       chaping.PlaceUnknown, // two provinces
		"浙江,广东":       chaping.PlaceUnknown,
		"全国":          chaping.PlaceUnknown,
		"朝阳区":         chaping.PlaceUnknown, // 北京 or 辽宁
		"朝阳":          chaping.PlaceUnknown,
		"普陀区":         chaping.PlaceUnknown,
		"大连路950号":     chaping.PlaceUnknown,
		"东方路1号":       chaping.PlaceUnknown,
		"日本大阪":        chaping.PlaceUnknown,
		"\xff\x00":    chaping.PlaceUnknown,
		" ":           chaping.PlaceBlank,
		"新疆维吾尔自治区乌鲁木齐市北京路": "新疆维吾尔自治区",
	} {
		if got := chaping.ProvinceOf(place); got != want {
			t.Errorf("%q: %s, want %s", place, got, want)
		}
	}
	// Every division is where it lies, by its name and short name.
	for _, p := range chaping.Provinces() {
		if chaping.ProvinceOf(p.Name) != p.Name || chaping.ProvinceOf(p.Short) != p.Name {
			t.Errorf("%s, %s: %s, %s", p.Name, p.Short, chaping.ProvinceOf(p.Name), chaping.ProvinceOf(p.Short))
		}
	}
}

func TestDistrictOf(t *testing.T) {
	if n := len(chaping.ShanghaiDistricts()); n != 16 {
		t.Errorf("%d districts", n)
	}
	for place, want := range map[string]string{
		"上海市浦东新区张江路": "浦东新区",
		"上海浦东":       "浦东新区",
		"上海市宝山区":     "宝山区",
		"上海 普陀":      "普陀区",
		"上海市黄浦区静安路":  "黄浦区",
		"徐汇":         "徐汇区",
		"上海":         chaping.PlaceShort,
		"上海市普陀区、上海市徐汇区": chaping.PlaceUnknown,
		"浙江省舟山市普陀区":     chaping.PlaceOutside,
		"普陀区":           chaping.PlaceUnknown,
		"":              chaping.PlaceBlank,
	} {
		if got := chaping.DistrictOf(place); got != want {
			t.Errorf("%q: %s, want %s", place, got, want)
		}
	}
	for _, d := range chaping.ShanghaiDistricts() {
		if chaping.DistrictOf("上海市"+d.Name) != d.Name || chaping.DistrictOf("上海"+d.Short) != d.Name {
			t.Errorf("%s is %s", d.Name, chaping.DistrictOf("上海市"+d.Name))
		}
	}
}

func FuzzProvinceOf(f *testing.F) {
	f.Add("浙江省、上海市")
	f.Fuzz(func(t *testing.T, place string) {
		if chaping.ProvinceOf(place) == "" || chaping.DistrictOf(place) == "" {
			t.Errorf("%q is nowhere", place)
		}
	})
}

func BenchmarkProvinceOf(b *testing.B) {
	for b.Loop() {
		chaping.ProvinceOf("浙江省杭州市余杭区文一西路")
	}
}
