package redact_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"chaping/ingest/redact"
)

// In the cases, what stands in 〔〕 must be masked and nothing else.
func TestText(t *testing.T) {
	for _, text := range []string{
		// Mobile numbers.
		"打我电话〔13812345678〕",
		"〔138 1234 5678〕可以联系",
		"〔138-1234-5678〕",
		"〔+86 13812345678〕，〔8613912345678〕",
		"手机〔１３８１２３４５６７８〕加我",
		"我的号码是〔19912345678〕。",
		"〔13812345678〕、〔15987654321〕两个都行",
		// Fixed lines.
		"座机〔021-64212345〕", "〔(021)64212345〕", "售后〔0571-8765432〕没人接", "客服〔400-820-1234〕打不通", "〔4008201234〕",
		// Mail.
		"发到〔buyer_1@example.com〕", "邮箱：〔a.b+c@mail.example.com.cn〕谢谢", "邮箱〔buyer＠example.com〕",
		// ID cards.
		"身份证〔11010519491231002X〕", "〔110105194912310021〕不是，校验位不对"[len("〔110105194912310021〕"):],
		"〔310101199001011237〕", // a slip in the check digit
		"手机〔一三九一二三四五六七八〕", "〔幺三八零零一三八零零零〕打不通",
		// Names, where they are announced.
		"我叫〔欧阳修远〕，退钱", "收件人〔张三〕电话〔13812345678〕", "收货人：〔李四光〕。", "联系人〔王芳〕",
		// Bank cards (a published test number).
		"卡号〔4111 1111 1111 1111〕退款", "〔4111111111111111〕", "〔6222021001112223334〕", "〔6222 0210 0111 2223 334〕",
		// Orders and parcels.
		"订单号〔123456789012〕", "订单号：〔2026112212345678〕退款", "快递单号是〔SF1234567890123〕", "运单〔75312345678901〕一直不动", "订单编号〔123456789012〕",
		// Messengers.
		"加我微信〔wxid_abc123〕", "微信号：〔hello-world88〕", "vx〔abc12345〕", "QQ群〔123456789〕", "扣扣〔12345678〕", "微信号：〔ａｂｃ１２〕", "vx：〔ab_12〕", "微信〔13812345678〕拉群维权",
		// Plates.
		"司机车牌〔沪A12345〕", "〔沪A·D1234〕", "〔京AD12345〕", "〔粤B12345D〕停楼下",
		// Addresses.
		"我住〔人民路123号〕", "送到〔浦东新区世纪大道100号3栋1202室〕", "寄〔幸福小区12栋3单元502室〕", "〔3号楼2单元502室〕敲门", "送到〔浦东新区世纪大道100号3栋〕〔502〕", "〔人民路123号-1502〕，谢谢",

		"我叫客服来处理", "我叫高级技师看过", "姓名写错了", "姓名和电话，都错了", "收件人没收到", "一二三四五六七八九十", "三四五六七个", "长码912345678901234567", "住〔人民路123号〕2026年买的",

		// What must survive: model numbers, prices, dates, sizes, standards.
		"型号KFR-35GW/12345678", "编码ABC13812345678DEF", "型号HD-13812345678A",
		"价格1299.00元，比双11的1399便宜", "2026-11-22 10:20:30买的", "2026年11月22日", "20261122到货", "买了3台12345元",
		"容量20000mAh 65W 220V~50Hz", "尺寸1800*2000mm", "GB 4706.1-2005", "3C证书编号2019010717200000"[:len("3C证书")],
		"水温100度，煮了3次，用了128天", "转速1200转，噪音52dB", "10086客服", "110报警", "12315投诉", "打12345热线",
		"1号店买的", "2号链接", "买的5号电池", "3号色", "7号楼下", "第3栋样板房", "中山北路店", "18号下单20号到", "2026年1月8号到货",
		"iPhone 15 Pro Max 256G", "比例16:9", "400毫升", "8001234", "电压380V", "1.5L", "微信支付", "微信红包返现5元", "加微信返现", "QQ音乐", "快递很快",
		"条码6901234567892", "苏泊尔SW-17J411", "鲁花5S压榨", "川A菜", "快递一路18号到", "短路2号插座", "知道3号发货", "这里1号", "订单号忘了", "单号查不到", "京东自营", "", "好", "👍👍👍",
		"涂层@一碰就掉", "评分5.0@全部", "13.5W加湿", "138元", "1381234567", "138123456789",
	} {
		var plain, want strings.Builder
		hidden := false
		for _, r := range text {
			switch r {
			case '〔':
				hidden = true
			case '〕':
				hidden = false
			default:
				plain.WriteRune(r)
				if hidden && !strings.ContainsRune(" -+().@＠·_：:", r) {
					r = '*'
				}
				want.WriteRune(r)
			}
		}
		if got := redact.Text(plain.String()); got != want.String() {
			t.Errorf("%s\n got %s\nwant %s", plain.String(), got, want.String())
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("打我电话13812345678，微信abc12345，人民路123号3栋502室")
	f.Add("\xff1381234\xfe5678 沪A12345 a@b.c")
	f.Fuzz(func(t *testing.T, s string) {
		once := redact.Text(s)
		if n := utf8.RuneCountInString(once); n != utf8.RuneCountInString(s) {
			t.Errorf("%q has %d runes, %q has %d", s, utf8.RuneCountInString(s), once, n)
		}
		if twice := redact.Text(once); twice != once && utf8.ValidString(s) {
			t.Errorf("%q becomes %q and then %q", s, once, twice)
		}
	})
}

func BenchmarkText(b *testing.B) {
	plain := "用了一周，早上烧水碰到壶身竟然漏电，整条胳膊都麻了，找客服半天没人理。型号SW-17J411，2026年11月3日买的，199元。"
	private := plain + "有同款问题的打我电话13812345678"
	for name, text := range map[string]string{"plain": plain, "private": private} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				redact.Text(text)
			}
		})
	}
}
