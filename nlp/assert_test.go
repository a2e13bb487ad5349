package nlp

import (
	"strings"
	"testing"

	"chaping"
)

// sentence is a sentence of ours with the term in 〔〕 and what it claims:
// a affirmed, n negated, h hypothetical, o other.
type sentence struct {
	want string
	text string
}

// One group a phenomenon, over many kinds of product.
var sentences = map[string][]sentence{
	"plain": {
		{"a", "插上电就〔漏电〕，手都麻了"}, {"a", "用了一周就〔生锈〕"}, {"a", "吃完当晚〔拉肚子〕"},
		{"a", "涂上脸立刻〔红肿〕"}, {"a", "充电的时候〔冒烟〕了"}, {"a", "打开一股〔异味〕"}, {"a", "穿两次就〔起球〕"},
		{"a", "送来的奶已经〔变质〕了"}, {"a", "锅把手特别〔烫手〕"}, {"a", "宝宝玩的时候轮子〔脱落〕"},
	},
	"negation before": {
		{"n", "没有〔异味〕，很满意"}, {"n", "洗了三次都不〔掉色〕"}, {"n", "用到现在没〔漏水〕过"}, {"n", "完全没有出现〔过敏〕的情况"},
		{"n", "没闻到什么刺鼻的〔异味〕"}, {"n", "从来没〔死机〕过"}, {"n", "边角打磨得好，无〔毛刺〕"}, {"n", "一点〔异味〕都没有"},
		{"n", "敏感肌用了也不会〔过敏〕"}, {"n", "运行起来几乎听不到〔噪音〕"}, {"n", "吃了没有〔拉肚子〕"}, {"n", "并未发现〔开裂〕"},
		{"n", "没有网上说的那种〔异味〕"}, {"n", "绝对不是〔假货〕"}, {"n", "没有一个〔腐烂〕的"},
	},
	"negation after": {
		{"n", "〔异味〕也没有"}, {"n", "〔掉色〕什么的完全没有"}, {"n", "〔死机〕的情况从没遇到"}, {"n", "〔噪音〕基本听不到"},
	},
	"relief": {
		{"n", "换了垫圈之后〔漏水〕问题解决了，洗发水也让我〔脱发〕少了很多"}, {"n", "用了半个月〔脱发〕改善了不少"}, {"n", "〔头皮屑〕明显少了"},
	},
	"double negation": {
		{"a", "不能说没有〔异味〕"}, {"a", "不是没有〔噪音〕，晚上挺吵的"}, {"a", "用久了免不了〔生锈〕"},
	},
	"contrast": {
		{"a", "外观不错，但〔漏水〕"}, {"a", "没什么大毛病，可是〔噪音〕太大"}, {"n", "价格贵了点，不过不〔漏水〕"}, {"a", "本以为没有〔异味〕，结果〔异味〕很重"},
	},
	"lists": {
		{"n", "没有〔漏水〕〔漏电〕现象"}, {"n", "没有〔异味〕、〔掉色〕、〔起球〕"}, {"n", "不〔起球〕不〔掉色〕"}, {"n", "没有〔漏水〕和〔漏电〕的问题"},
		{"a", "〔漏水〕、〔漏电〕，什么破东西"},
	},
	"comparison": {
		{"o", "以前买的那台〔漏水〕，这台很好"}, {"n", "不像别家的会〔掉色〕"}, {"n", "没有我想象中〔噪音〕那么大"}, {"a", "比以前的那台〔噪音〕大多了"},
	},
	"fear and question": {
		{"h", "不知道会不会〔漏电〕"}, {"h", "有点怕〔爆炸〕"}, {"h", "担心长期用会〔生锈〕"}, {"h", "希望别〔掉色〕"}, {"h", "是不是〔假货〕啊"},
		{"h", "希望以后不要〔漏水〕"}, {"h", "这样下去会不会〔起火〕？"},
	},
	"condition and advice": {
		{"h", "如果出现〔质量问题〕可以退"}, {"h", "小心〔烫手〕"}, {"h", "大家注意不要〔烫伤〕"}, {"h", "万一〔漏电〕怎么办"}, {"h", "要避免〔生锈〕"},
	},
	"own condition": {
		{"o", "我一直〔脱发〕，希望有效果"}, {"o", "〔过敏〕体质的人可以放心用"}, {"o", "产后〔脱发〕买来试试"},
	},
	"function words": {
		{"o", "这款防〔脱发〕洗发水包装好看"}, {"o", "抗〔过敏〕的牙膏"}, {"o", "买来除〔异味〕的活性炭"}, {"o", "防〔爆炸〕的玻璃"},
	},
	"degree": {
		{"n", "〔噪音〕小"}, {"n", "〔噪音〕还行"}, {"a", "有一点〔噪音〕"}, {"n", "〔噪音〕不大，可以接受"}, {"n", "〔噪音〕很低"}, {"a", "〔噪音〕有点大"},
		{"n", "〔噪音〕控制得很好"}, {"a", "稍微有些〔异味〕"}, {"a", "轻微〔掉色〕"}, {"n", "〔噪音〕比想象中小"},
	},
	"hearsay": {
		{"h", "听说容易〔掉漆〕"}, {"h", "看评论说会〔漏水〕，再观察"},
	},
	"sarcasm and figures": {
		{"o", "便宜到〔爆炸〕"}, {"o", "好吃到〔爆炸〕"}, {"o", "美到〔爆炸〕"},
	},
	"service and parcel": {
		{"o", "客服态度〔恶心〕"}, {"o", "快递真〔恶心〕"}, {"o", "外包装〔破损〕，里面完好"}, {"a", "里面有虫子，太〔恶心〕了"},
	},
	"dates": {
		{"o", "到2027年才〔过期〕"}, {"a", "收到就是〔过期〕的"},
	},
	"half a word": {
		{"n", "敏感肌用着不〔过敏〕"}, {"n", "验过了，不是〔假货〕"}, {"a", "不过〔异味〕重"},
	},
	"tests and limits": {
		{"n", "测了〔甲醛〕没有超标"}, {"a", "〔甲醛〕超标三倍"}, {"o", "自带〔漏电〕保护开关"},
	},
	"dots and marks between": {
		{"n", "放心不会……〔漏电〕"}, {"n", "完全没有...〔异味〕"}, {"n", "一点都不~~~〔掉色〕"}, {"a", "说了多少遍了……〔漏电〕"}, {"a", "真的是……〔漏水〕了"},
		{"n", "没有&nbsp;&nbsp;〔漏电〕"}, {"n", "没有<b>〔异味〕</b>"}, {"a", "写着安全，<〔漏电〕>两个字怎么不写"}, {"o", "<〔漏电〕>"}, {"a", "〔漏电〕"}, {"n", "没有  〔异味〕"}, {"a", "赠品一个都没有 〔异味〕倒挺大"},
	},
	"rhetorical": {
		{"a", "这种做工怎么可能不〔漏水〕"}, {"a", "谁说不〔掉色〕，一盆红水"}, {"a", "能不〔生锈〕吗，铁皮薄得像纸"}, {"h", "难道我买到〔假货〕了"},
		{"h", "这么便宜该不会是〔假货〕吧"}, {"a", "才用两天就〔开裂〕，怎么会这样"}, {"a", "不〔漏水〕才怪"},
	},
	"hearsay confirmed": {
		{"a", "看评论说〔掉色〕我还不信，下水一试真的〔掉色〕"}, {"a", "都说有〔异味〕，果然一打开就是〔异味〕"}, {"h", "评价里好多人说〔漏水〕，不知道我这个怎么样"},
		{"n", "网上都说会〔起球〕，穿了一冬天也没〔起球〕"},
	},
	"things of before": {
		{"o", "老机〔噪音〕大才换的这台"}, {"o", "旧机一直显示〔故障〕，换了它清净了"}, {"o", "上一个保温杯〔漏水〕，这个倒扣着都没事"},
		{"o", "原来的锅〔掉漆〕了，所以买了这口"}, {"a", "换来换去还是〔漏水〕，新的也一样"}, {"a", "比我家老洗衣机〔噪音〕还大"},
	},
	"not of the item": {
		{"o", "楼上装修〔噪音〕大，没法拍视频"}, {"o", "纸箱〔破损〕了，好在机器没事"}, {"o", "箱子有点〔变形〕，里面完好"},
		{"a", "箱子完好，里面的盘子〔破损〕了三个"}, {"a", "外面看着没事，一拆开是〔断裂〕的"},
	},
	"own condition, and what it is for": {
		{"o", "能遮盖〔红血丝〕，显得气色好"}, {"o", "平时喝奶就〔拉肚子〕，喝这个没事"}, {"o", "本来就有点〔过敏〕，医生让用温和的"}, {"a", "平时都没事，喝这个〔拉肚子〕了"},
		{"a", "吃完了〔拉肚子〕"}, {"a", "我从来不〔过敏〕，用它〔过敏〕了"},
	},
	"lists after a comma": {
		{"n", "没有〔漏水〕，〔漏电〕，〔跳闸〕"}, {"n", "没有〔异味〕，〔掉色〕，〔起球〕这些问题"}, {"a", "没有〔异味〕，但〔掉色〕"}, {"a", "除了有点〔异味〕没有别的毛病"},
		{"a", "除了〔噪音〕大点其他都好"},
	},
	"what disgusts": {
		{"a", "喝了两口就〔恶心〕"}, {"a", "闻着〔恶心〕"}, {"o", "商家的嘴脸真〔恶心〕"}, {"a", "里面漂着白毛，〔恶心〕死了"},
	},
	"wishes and warnings": {
		{"h", "千万别〔漏电〕，家里有老人"}, {"h", "注意别〔烫伤〕孩子"}, {"h", "用的时候当心〔夹手〕"}, {"h", "但愿不要〔生锈〕"}, {"h", "介意〔噪音〕的慎买"},
	},
	"not a negation": {
		{"a", "没几天就〔掉色〕"}, {"a", "不仅〔掉色〕还〔起球〕"}, {"a", "没想到〔漏水〕这么厉害"}, {"a", "不小心碰一下就〔开裂〕"}, {"a", "不得不说〔异味〕太重"},
		{"a", "无缘无故〔死机〕"}, {"a", "客服说不是〔质量问题〕"},
	},
}

func TestSentences(t *testing.T) {
	names := map[string]chaping.Assertion{"a": chaping.Affirmed, "n": chaping.Negated, "h": chaping.Hypothetical, "o": chaping.Other}
	terms := map[string]bool{}
	for _, group := range sentences {
		for _, s := range group {
			for rest := s.text; ; {
				_, after, ok := strings.Cut(rest, "〔")
				if !ok {
					break
				}
				term, tail, _ := strings.Cut(after, "〕")
				terms[term] = true
				rest = tail
			}
		}
	}
	var list []string
	for term := range terms {
		list = append(list, term)
	}
	m := newTestMiner(t, list...)
	bare := strings.NewReplacer("〔", "", "〕", "")
	for name, group := range sentences {
		t.Run(name, func(t *testing.T) {
			for _, s := range group {
				text := bare.Replace(s.text)
				last := s.text[strings.LastIndex(s.text, "〔")+len("〔") : strings.LastIndex(s.text, "〕")]
				got := chaping.Mention{}
				for _, mn := range m.Mine(nil, text) {
					if mn.Term == last {
						got = mn
					}
				}
				// Other and hypothetical, or other and negated, are often two
				// ways to say the same; affirmed or not is what counts.
				want := names[s.want]
				if got.Assertion != want && (want == chaping.Affirmed || got.Assertion == chaping.Affirmed || got.Assertion == "") {
					t.Errorf("%s: got %q (%s), want %s", s.text, got.Assertion, got.Cue, want)
				}
			}
		})
	}
}

func newTestMiner(t testing.TB, terms ...string) *Miner {
	t.Helper()
	d, err := ParseTermList("terms.txt", strings.NewReader(strings.Join(terms, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
