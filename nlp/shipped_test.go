package nlp

import (
	"strings"
	"testing"

	"chaping"
)

// A said is a review of goods with the terms of the shipped dictionary that it
// affirms, and those that it does not.
type said struct {
	goods, text string
	yes, no     string // terms, separated by spaces
}

// One group a fault of mining, mended; the sentences are ours.
var shippedSays = map[string][]said{
	"what hot, blocked and blurred is said of": {
		{goods: "暖水瓶", text: "内胆一碎开水全泼到脚面上", yes: "烫伤"},
		{goods: "保温壶", text: "倒了杯开水，端到桌上正好", no: "烫伤"},
		{goods: "果冻", text: "一吸就卡在了喉咙，脸都憋紫了", yes: "窒息"},
		{goods: "隐形眼镜", text: "戴了半天看东西都模糊", yes: "眼睛不适"},
		{goods: "显示器", text: "字体边缘有点模糊", no: "眼睛不适"},
		{goods: "燃气热水器", text: "才洗五分钟一氧化碳报警器一直响", yes: "一氧化碳"},
		{goods: "一氧化碳报警器", text: "灵敏，装好测了一下", no: "一氧化碳"},
		{goods: "电动滑板车", text: "没捏油门自己往前冲出去了", yes: "突然加速"},
	},
	"harm told straight, by size or in few words": {
		{goods: "吊柜", text: "柜门脱了砸我肩膀上", yes: "砸伤"},
		{goods: "折叠椅", text: "把我食指别在缝里了", yes: "夹伤"},
		{goods: "电炖盅", text: "一揭盖手背上烫出黄豆大一个泡", yes: "烫伤"},
		{goods: "养生壶", text: "蒸汽扑出来，烫一胳膊", yes: "烫伤"},
		{goods: "毛绒挂件", text: "从娃嘴里抠出来一颗珠子", yes: "误吞"},
		{goods: "玻璃转盘", text: "没人碰，转盘炸了", yes: "自爆"},
		{goods: "拖把", text: "拧干的时候杆子直接两截", yes: "断裂"},
		{goods: "婴儿车", text: "捏闸跟没捏一样，吓得我用手拽", yes: "刹车失灵"},
		{goods: "动感单车", text: "速度自己往上飙，急停按了没反应", yes: "运转失控"},
		{goods: "卧室门锁", text: "孩子被锁在里面，最后叫了消防", yes: "防护失效"},
		{goods: "手电筒", text: "电池淌出黄水", yes: "电池漏液"},
		{goods: "热风机", text: "吹出来的风里夹着火星", yes: "打火花"},
		{goods: "电热坐垫", text: "坐了一会儿有股焦布味", yes: "糊味", no: "异味"},
		// and what sounds alike
		{goods: "理财书", text: "货砸手里了，没人要", no: "砸伤"},
		{goods: "高光", text: "打脸上很自然", no: "击伤"},
		{goods: "沙拉菜", text: "用热水烫一下再拌", no: "烫伤"},
		{goods: "水枪", text: "射得远，孩子玩得满地跑", no: "喷溅 砸伤"},
	},
	"what happened rather than what it sounded or looked like": {
		{goods: "吊扇灯", text: "哐啷一声灯罩砸餐桌上了", yes: "灯具脱落"},
		{goods: "台灯", text: "灯座底下两根铜丝白晃晃裸着", yes: "露铜", no: "松动"},
		{goods: "隔离霜", text: "抹上十来分钟发热，晚上脸跟猪头一样", yes: "刺激皮肤", no: "发热"},
		{goods: "裁纸刀", text: "刀头往回一缩，把大拇指割了", yes: "划伤"},
		{goods: "转换插头", text: "插头热得变形了", yes: "插头发热", no: "变形"},
		{goods: "香薰蜡烛", text: "玻璃罩烧到一半炸了，蜡油流了一桌", yes: "杯子炸裂", no: "漏水"},
		{goods: "汽车轮胎", text: "外胎侧面鼓起鸡蛋大的一个包", yes: "鼓包", no: "弄伤"},
		{goods: "汽车轮胎", text: "开着开着胎面脱层了", yes: "轮胎爆裂"},
		{goods: "猫抓板架", text: "猫一蹬架子倒了，爪子压断了", yes: "不稳 宠物用品损伤"},
		{goods: "电烤炉", text: "炉丝上噼里啪啦掉火花", yes: "打火花", no: "脱落"},
		{goods: "充气船", text: "一下翻了个个儿，孩子头朝下，我捞的", yes: "窒息", no: "摔伤"},
		{goods: "脱毛器", text: "腿上扯下来一块皮", yes: "划伤"},
		{goods: "炭火炉", text: "屋里点了一会儿头重脚轻，脸发红", yes: "头晕", no: "红肿"},
		{goods: "暖宫带", text: "系了一晚上肚皮烤熟了一块", yes: "烫伤"},
		{goods: "防砸鞋", text: "包头砸了一下瘪了", no: "弄伤"},
		{goods: "冰粉", text: "吃完拉到腿软", no: "划伤"},
		{goods: "电热水壶", text: "摸壶把胳膊一下子弹开", no: "松动"},
		{goods: "速干衣", text: "脱下来一身红道子，痒得很", yes: "红肿", no: "划伤"},
		{goods: "插线板", text: "拔出来一看三根插脚全黑了", yes: "烧坏", no: "掉色"},
		{goods: "卫衣", text: "袖口线头露出来一截", no: "露铜"},
		{goods: "护齿", text: "撞上去门牙磕了", yes: "弄伤", no: "外观瑕疵"},
	},
	"what there was earlier has ended": {
		{goods: "减震垫", text: "以前洗衣机震得地板响，垫上就不响了", no: "震动 异响"},
		{goods: "活性炭包", text: "原来柜子里一股霉味，放了两天没味了", no: "霉味 异味"},
		{goods: "滤水壶", text: "之前的水有股漂白粉味，换上滤芯喝着香", no: "异味 饮用水异常"},
		{goods: "儿童锁", text: "之前孩子夹了手才买的，装上放心", no: "夹伤"},
		{goods: "口腔喷剂", text: "嘴里长溃疡，喷了三天就好了", no: "口唇不适"},
		{goods: "猫砂除臭粒", text: "臭味一点都闻不到", no: "臭味"},
		{goods: "洗衣机", text: "之前用着正常，后来漏水，换了皮圈不漏了", yes: "漏水"},
	},
	"hurt by size, by what was done about it, by what it did": {
		{goods: "轮滑鞋", text: "轮子脱了，孩子一个踉跄摔台阶上", yes: "摔伤"},
		{goods: "折叠床", text: "夜里连人带垫子翻下来", yes: "摔伤"},
		{goods: "擦丝器", text: "拇指尖削掉一块", yes: "划伤"},
		{goods: "磁力片", text: "小的偷吞了一颗，在医院取出来的", yes: "误吞 送医"},
		{goods: "镭射灯", text: "眼前一块黑斑两天没退", yes: "眼部刺激"},
		{goods: "电焊面罩", text: "火星溅到脖子上", yes: "烫伤"},
		{goods: "沙滩椅", text: "把我小拇指夹断半截指甲", yes: "夹伤"},
		{goods: "安全绳", text: "孩子胳肢窝勒出两道紫印", yes: "弄伤"},
		{goods: "蒸汽熨斗", text: "漏出来的蒸汽烫得我直跳", yes: "烫伤"},
		{goods: "酒精灯", text: "碰洒了，抹布轰一下烧起来", yes: "起火"},
		{goods: "煤球炉", text: "早上起来一家人头疼想吐", yes: "引起头晕"},
		{goods: "牙线棒", text: "线断了碎渣掉嘴里，险些咽了", yes: "误吞 安全隐患"},
		{goods: "护窗", text: "整扇掉下来，猫摔死了", yes: "脱落 死亡"},
		// and what sounds alike
		{goods: "钥匙扣", text: "我一不小心掉地上，没坏", no: "摔伤"},
		{goods: "蜜汁烤架", text: "羊腿烤焦了一点照样香", no: "烫伤 烧坏"},
		{goods: "钙片", text: "每天吞两粒，不噎", no: "误吞"},
		{goods: "转接头", text: "接头一扭断了", yes: "断裂", no: "弄伤"},
		{goods: "腮红", text: "手重了，脸像个猴屁股", no: "红肿"},
		{goods: "滑冰鞋", text: "初学摔了几跤，护踝不错", no: "摔伤"},
		{goods: "毛绒服", text: "扮相逼真，差点把邻居吓哭", no: "安全隐患"},
		{goods: "麻花", text: "皮酥得掉渣，香", no: "脱落 掉渣"},
		{goods: "锅刷", text: "锅底糊的黑疙瘩一刷就下来", no: "烧坏"},
		{goods: "磨脚石", text: "老茧一磨掉一层", no: "脱落 脱皮"},
		{goods: "自热锅", text: "冒烟十分钟就熟了", no: "冒烟"},
		{goods: "钢化贴膜", text: "手机摔地上，膜裂了屏幕好好的", no: "开裂"},
	},
	"a measure, a longer noun, a mask": {
		{goods: "火锅料", text: "一家五口吃完都跑厕所", yes: "吃坏肚子"},
		{goods: "馄饨", text: "吃出一截指甲盖", yes: "食物异物"},
		{goods: "烘碗机", text: "门没锁紧自己弹开", yes: "脱落"},
		{goods: "除垢喷雾", text: "手上起泡，一喷嗓子就疼", yes: "水泡"},
		{goods: "香薰蜡烛", text: "火苗蹿得老高", yes: "火焰异常"},
	},
	"what goods are used against": {
		{goods: "灭蚊灯", text: "蚊子一碰就冒烟，过瘾", no: "冒烟 虫子"},
		{goods: "灭蚊灯", text: "插头冒烟，蚊子没打着", yes: "冒烟"},
		{goods: "粘鼠板", text: "粘住两只老鼠", no: "老鼠"},
		{goods: "面粉", text: "袋里爬出虫子", yes: "虫子"},
		{goods: "砂轮机", text: "打磨钢管火花四溅", no: "打火花"},
		{goods: "砂轮机", text: "一插电开关里冒火花", yes: "打火花"},
		{goods: "泡脚桶", text: "泡得脚通红，舒坦", no: "红肿"},
		{goods: "泡脚桶", text: "泡完脚通红起泡，一碰就疼", yes: "水泡"},
		{goods: "骑行头盔", text: "摔出去好几米，头盔裂了人没事，救了一命", no: "摔伤 头盔破裂"},
		{goods: "骑行头盔", text: "放桌上自己裂了", yes: "开裂"},
		{goods: "剁椒", text: "辣得嘴都肿了，过瘾", no: "口唇不适"},
		{goods: "唇膏", text: "涂完嘴都肿了", yes: "口唇不适"},
	},
	"what was there before": {
		{goods: "热敷腰带", text: "腰疼买的，暖和", no: "疼痛不适"},
		{goods: "热敷腰带", text: "系了一天腰疼", yes: "疼痛不适"},
		{goods: "狗粮", text: "拉稀半个月了，换上这个两天就成型了", no: "拉肚子 宠物不适"},
		{goods: "牙膏", text: "口腔溃疡疼得厉害，刷了三天好了", no: "疼痛不适"},
		{goods: "面霜", text: "抹了两次脸上起疹子，第三天好了", yes: "皮疹"},
		{goods: "燃气热水器", text: "以前用的那个烧着烧着漏水，吓人", no: "漏水 家电漏水"},
		{goods: "磁力片", text: "要是磁铁掉出来被娃吞了就完了", no: "误吞 小零件脱落"},
		{goods: "凉皮", text: "不是说吃出头发吗，我买了三回啥都没有", no: "食物异物"},
		{goods: "悬疑小说", text: "看得我头皮发麻", no: "头皮疼痛"},
		{goods: "染发剂", text: "涂上头皮发麻", yes: "头皮疼痛"},
		{goods: "臭干子", text: "闻着臭，吃着香", no: "臭味"},
		{goods: "婴儿湿巾", text: "比了好几家 别家红屁股 这家的柔软", no: "红肿 纸尿裤刺激"},
	},
	"a word at the edge": {
		{goods: "电吹风", text: "吹着吹着喷火苗子了", yes: "起火"},
		{goods: "电烤炉", text: "一通电里面就窜火苗子", yes: "起火"},
		{goods: "高压锅", text: "开盖的时候汤喷我脸上了", yes: "喷溅"},
		{goods: "热水器", text: "晚上手一摸花洒就麻", yes: "漏电"},
		{goods: "货架", text: "放了两箱水木板断了", yes: "断裂"},
		{goods: "置物架", text: "上面的隔板裂了", yes: "开裂"},
		{goods: "电热毯", text: "电源线那截烫得要命", yes: "插头发热"},
		{goods: "充电宝", text: "收到的还是坏的", yes: "损坏"},
		{goods: "纸尿裤", text: "好像是假货", yes: "假货"},
		{goods: "大米", text: "三袋里有一袋漏气了", yes: "漏气"},
		{goods: "充气床", text: "接缝处一直漏气，睡到半夜全瘪了", yes: "漏气", no: "漏水 漏液"},
		{goods: "帐篷", text: "拉链那里还漏风", no: "漏水 漏液"},
		{goods: "水桶", text: "接口一直漏，地上全是水", yes: "漏水"},
		// what the words at the edge are asked for
		{goods: "洗衣机", text: "用水量少，挺省", no: "重量不足"},
		{goods: "面膜", text: "面膜很薄，贴着服帖", no: "材质差"},
		{goods: "衣服", text: "网购跟实体店质量差不多", no: "质量问题"},
		{goods: "手机", text: "物流速度太慢了", no: "反应迟缓"},
		{goods: "口红", text: "颜色没有色差", no: "色差"},
		{goods: "桌子", text: "老板太好了，坏的那块当天就补发", no: "断裂"},
	},
	"cues in other words": {
		{goods: "书架", text: "没放几本木梁就断了", yes: "断裂"},
		{goods: "沙发", text: "木架子散架了", yes: "坍塌"},
		{goods: "口红", text: "木有异味", no: "异味"},
		{goods: "衣柜", text: "实木有异味，熏得慌", yes: "异味"},
		{goods: "腰带", text: "后背烫得要命，现在不能用了", yes: "烫手"},
		{goods: "面霜", text: "脸上起疹子，再也不敢用了", yes: "皮疹"},
		{goods: "面霜", text: "以前脸上起疹子，换了这个再也不痒了", no: "皮疹"},
		{goods: "蜂蜜", text: "吃完浑身抖，当晚去急诊", yes: "急诊"},
		{goods: "地板", text: "装好以后晚上头昏，人没精神", yes: "头晕"},
		{goods: "电脑", text: "客服绕来绕去，我头疼", no: "头晕"},
		{goods: "门", text: "怕是要换，插头漏电", yes: "漏电"},
	},
	"anger and other figures": {
		{goods: "电视", text: "售后推来推去，气得我冒烟", no: "冒烟"},
		{goods: "热水器", text: "等了三天没人来，气得我头顶冒烟", no: "冒烟"},
		{goods: "热水器", text: "刚插上就头顶那块冒烟", yes: "冒烟"},
		{goods: "陀螺", text: "转起来跟冒火花似的，好看", no: "打火花"},
		{goods: "插座", text: "一插就冒火花，吓人", yes: "插座打火"},
		{goods: "电饭煲", text: "起火好几次了", yes: "起火"},
	},
	"an earlier item": {
		{goods: "椅子", text: "上一把椅子腿断了，这把坐了半年没毛病", no: "断裂"},
		{goods: "床", text: "前一张床板塌了，这张结实", no: "坍塌"},
		{goods: "充电器", text: "之前那款充着充着冒烟，这款不热", no: "冒烟"},
		{goods: "椅子", text: "以前的竹椅子塌了，这次买了铁的", no: "坍塌"},
		{goods: "椅子", text: "这把坐了三天腿断了", yes: "断裂"},
	},
	"nobody's fault of the goods": {
		{goods: "滑梯", text: "孩子自己没扶好摔下来，怪我", no: "摔伤"},
		{goods: "滑梯", text: "台阶太滑孩子摔下来，客服还怪我", yes: "摔伤"},
		{goods: "头盔", text: "追尾的时候头盔碎了，救了一命", no: "头盔破裂"},
		{goods: "汤勺", text: "磁铁吸不上，材质可以", no: "不稳"},
	},
	"the outer carton": {
		{goods: "床垫", text: "外箱淋湿发霉了，里面没受潮", no: "发霉"},
		{goods: "床垫", text: "一拆开床垫发霉了", yes: "发霉"},
	},
	"conditions and questions": {
		{goods: "插排", text: "如果短路起火谁来赔", no: "短路 起火"},
		{goods: "插排", text: "要不是短路起火，我也不写差评", yes: "起火"},
		{goods: "灯带", text: "低压的，漏电也伤不着人", no: "漏电"},
		{goods: "灯带", text: "哪怕漏电也有保护", no: "漏电"},
		{goods: "衣服", text: "即使冷水洗也掉色", yes: "掉色"},
		{goods: "手机", text: "你问电池炸没炸？好着呢", no: "电池爆炸"},
		{goods: "热水器", text: "漏电没漏电拿电笔一试就知道", no: "漏电"},
		{goods: "大米", text: "不熟不熟，难吃", yes: "生硬难嚼"},
		{goods: "减肥茶", text: "一点用没有，拉肚子都不拉", no: "拉肚子"},
		{goods: "奶粉", text: "换了它还是该拉肚子拉肚子", no: "拉肚子"},
		{goods: "水龙头", text: "修了两回该漏水还漏水", yes: "漏水"},
	},
	"fields of goods": {
		{goods: "水杯", text: "宝宝用了两天拉肚子", yes: "拉肚子"},
		{goods: "空气炸锅", text: "炸篮涂层掉了一块", yes: "涂层脱落"},
		{goods: "电饼铛", text: "不粘层起皮了", yes: "涂层脱落"},
		{goods: "美容仪", text: "照了一次下巴脱皮", yes: "脱皮", no: "掉漆 外观瑕疵"},
		{goods: "手环", text: "戴了几天手腕起皮", yes: "脱皮", no: "掉漆"},
		{goods: "卷发棒", text: "脖子烫掉一层皮", yes: "脱皮", no: "掉漆 涂层脱落"},
		{goods: "电吹风", text: "线折了几回就露铜", yes: "露铜"},
		{goods: "奶茶", text: "喝完嗓子麻了一晚上", yes: "口唇不适"},
		{goods: "婴儿推车", text: "刹车踩了照样溜", yes: "刹车失灵"},
		{goods: "百叶窗帘", text: "绳子缠脖子上了，幸好看见", yes: "绳索缠绕"},
		// what goods of other fields do not have
		{goods: "手机", text: "折叠屏闭口处有缝", no: "长痘"},
		{goods: "沙发", text: "坐了一年皮子掉皮", yes: "掉漆", no: "脱皮"},
		{goods: "插座", text: "孩子的手被拉了一道口子", no: "拉肚子"},
		{goods: "洗衣机", text: "第二天送货上门了，厕所刚好放下", no: "拉肚子"},
	},
	"the hazard that it is": {
		{goods: "燃气灶", text: "不做饭也一股煤气味", yes: "燃气泄漏", no: "异味"},
		{goods: "燃气热水器", text: "装好就有股臭鸡蛋味", yes: "气体泄漏", no: "异味 蛋品变质"},
		{goods: "卡式炉", text: "气罐接上去就漏气", yes: "气体泄漏", no: "漏气"},
		{goods: "压力锅", text: "锅沿直漏气，压不住", yes: "气体泄漏", no: "漏气"},
		{goods: "卤蛋", text: "袋子漏气了", yes: "漏气", no: "气体泄漏"},
		{goods: "煤气灶", text: "火灭了不断气", yes: "燃气泄漏"},
		{goods: "高压锅", text: "还没放完气锅盖就能揭开", yes: "高压锅排气异常"},
		{goods: "滑梯", text: "孩子翻下来手腕折了", yes: "骨折", no: "断裂"},
		{goods: "椅子", text: "坐下去腿断了", yes: "断裂", no: "骨折"},
		{goods: "电暖气", text: "打火的时候手指熏黑了", yes: "烫伤", no: "掉色"},
		{goods: "戒指", text: "戴两天手指黑了一圈", yes: "掉色"},
		{goods: "梯子", text: "爬上去啪一声锁扣脱扣了", yes: "脱落", no: "爆炸"},
		{goods: "蚝油", text: "瓶子鼓得像皮球", yes: "胀袋", no: "鼓包"},
		{goods: "充电宝", text: "鼓得像面包", yes: "鼓包"},
		{goods: "手机", text: "充电器坏了", no: "充电器烧坏"},
	},
	"said in other words": {
		{goods: "加湿器", text: "夜里自己着了，还好有人醒着", yes: "起火"},
		{goods: "电热毯", text: "插着没多大会就着了", yes: "起火"},
		{goods: "充电器", text: "沙发燎了个大洞", yes: "烧坏"},
		{goods: "榨汁机", text: "湿手去拔插头被打了一下", yes: "触电"},
		{goods: "热水器", text: "洗澡的时候被电打了", yes: "触电"},
		{goods: "角磨机", text: "松开开关锯片还在转", yes: "自行启动"},
		{goods: "割草机", text: "松手以后停不下来，吓死人", yes: "自行启动"},
		{goods: "角磨机", text: "手感好，用起来根本停不下来", no: "自行启动"},
		{goods: "童车", text: "手刹拉住还溜", yes: "刹车失灵"},
		{goods: "狗咬胶", text: "狗啃出来半截铁丝", yes: "混有异物"},
		{goods: "面包", text: "底下全是绿毛毛的霉", yes: "发霉"},
		{goods: "泡菜坛", text: "水面漂着一层白醭", yes: "发霉"},
		{goods: "大米", text: "倒出来一堆芝麻大小的虫，爬得满厨房都是", yes: "虫子"},
		{goods: "玩具枪", text: "孩子腿上青一块紫一块", yes: "弄伤"},
		{goods: "晾衣绳", text: "绷断以后甩回来抽到脸上", yes: "击伤"},
		{goods: "秋千", text: "孩子甩下来脚骨裂了", yes: "骨折"},
		{goods: "减肥茶", text: "喝完心跳一百二", yes: "胸闷"},
		{goods: "洗洁精", text: "孩子喝了一口，送去洗胃了", yes: "送医"},
		{goods: "卷帘", text: "孩子绕脖子上了，吓死人", yes: "窒息"},
		{goods: "数据线", text: "接头那里铜丝露着", yes: "露铜"},
		{goods: "打火机", text: "火苗蹿起来二十厘米", yes: "火焰异常"},
		{goods: "裤子", text: "染得我腿上一片蓝", yes: "衣物染身"},
		{goods: "电视", text: "看了半年电视自己烧了", yes: "烧坏"},
		// and what sounds alike
		{goods: "婴儿床", text: "躺上去没一会儿就睡着了", no: "起火"},
		{goods: "打火机", text: "一打就着了，火旺", no: "起火"},
		{goods: "沙袋", text: "被打了一下就弹回来，好玩", no: "触电 击伤"},
		{goods: "连体衣", text: "宝宝穿着爬得到处都是，灵活", no: "虫子"},
		{goods: "笋干", text: "全是霉干菜的香味", no: "发霉"},
		{goods: "高光", text: "打在脸上自然", no: "击伤"},
		{goods: "围巾", text: "绕脖子两圈，暖和", no: "窒息"},
		{goods: "手表", text: "心率过快会提醒", no: "胸闷"},
	},
	// 上 of the word before is no part of 上一个.
	"the last one, across a word": {
		{goods: "电熨斗", text: "床上一个枕套起火了", yes: "起火"},
		{goods: "插排", text: "早上一个插头冒火花", yes: "插座打火"},
		{goods: "吸顶灯", text: "楼上一个灯冒烟", yes: "冒烟"},
		{goods: "门铃", text: "装上一个多月就生锈了", yes: "生锈"},
		{goods: "护腕", text: "绑上一个下午手腕起疹子", yes: "皮疹"},
		{goods: "窗帘", text: "挂上一个夏天就发霉", yes: "发霉"},
		{goods: "面霜", text: "用上一个礼拜脸红肿", yes: "红肿"},
		{goods: "电饭锅", text: "面前一个插座冒烟，饭也没熟", yes: "冒烟"},
		{goods: "暖风机", text: "前一个月买的，前天漏电了", yes: "漏电"},
		{goods: "保温杯", text: "上一个漏水，这个一滴不漏", no: "漏水"},
		{goods: "唇膏", text: "用上一个牌子嘴唇红肿，这支温和", no: "红肿 口唇不适"},
		{goods: "行李箱", text: "前一个开裂了，这个结实", no: "开裂"},
		{goods: "风扇", text: "我上一台漏电，换了它", no: "漏电"},
	},
	// What fails after so many days is what counts, where that is a danger.
	"a danger after a time": {
		{goods: "三轮车", text: "半个月手刹就失灵了", yes: "刹车失灵", no: "损坏"},
		{goods: "婴儿推车", text: "推了一周刹车坏了", yes: "刹车失灵", no: "损坏"},
		{goods: "电压力锅", text: "三个月限压阀失灵", yes: "高压锅排气异常"},
		{goods: "油汀", text: "两周温控器就不灵了", yes: "温控失灵", no: "损坏"},
		{goods: "电炖锅", text: "一个月防干烧保护就坏了", yes: "温控失灵", no: "损坏 干烧"},
		{goods: "儿童餐椅", text: "两个月安全带坏了", yes: "防护失效", no: "损坏"},
		{goods: "破壁机", text: "用了四次电机就烧了", yes: "烧坏", no: "损坏"},
		{goods: "收音机", text: "一个月旋钮就坏了", yes: "损坏"},
		{goods: "手机", text: "半个月充电器坏了", yes: "损坏"},
	},
	// Nobody died who nearly did, and who says so of walking is tired.
	"nearly killed": {
		{goods: "平衡车", text: "下坡刹不住，差点没命", yes: "安全隐患", no: "死亡"},
		{goods: "煤气灶", text: "管子漏气，一家人差点死在屋里", yes: "安全隐患", no: "死亡"},
		{goods: "晾衣架", text: "掉下来砸头上，险些要了我老妈的命", yes: "安全隐患", no: "死亡"},
		{goods: "电暖器", text: "老公差点电死，地线没接", yes: "触电", no: "死亡"},
		{goods: "插座", text: "外公差点触电", yes: "安全隐患"},
		{goods: "炭炉", text: "再晚一会就有生命危险", no: "死亡"},
		{goods: "窗帘绳", text: "绕脖子上，猫勒死了", yes: "死亡"},
		{goods: "登山鞋", text: "爬了一天山差点没命，鞋子倒是舒服", no: "安全隐患 死亡"},
		{goods: "漫画", text: "笑得我差点断气", no: "安全隐患 死亡"},
		{goods: "动感单车", text: "骑完二十分钟差点要了我的命，效果好", no: "安全隐患 死亡"},
		{goods: "营养土", text: "换土以后花差点死了", no: "安全隐患 死亡"},
		{goods: "直尺", text: "公差大，量不准", no: "安全隐患"},
	},
	// What is not tasted at all is a fault of what should be.
	"not a trace": {
		{goods: "糯米", text: "一点霉味都没有", no: "霉味 发霉 风味寡淡"},
		{goods: "瓜子", text: "丝毫哈喇味都没有", no: "变质 风味寡淡"},
		{goods: "羊排", text: "一点膻味也没有", no: "腥臊味 风味寡淡"},
		{goods: "纯净水", text: "一点塑料味都没有，清甜", no: "塑料味 风味寡淡"},
		{goods: "豆浆", text: "一点酸味都没有 豆香浓", no: "风味寡淡"},
		{goods: "布衣柜", text: "一点胶水味道都没有", no: "胶水味"},
		{goods: "墙漆", text: "丝毫甲醛味都没", no: "甲醛 甲醛味重"},
		{goods: "凉席", text: "半点汽油味都没有", no: "汽油味"},
		{goods: "奶茶粉", text: "一点奶香味都没有", yes: "风味寡淡"},
		{goods: "虾片", text: "丝毫虾味都没有，一股油味", yes: "风味寡淡"},
		{goods: "绿茶", text: "泡出来一点味道都没有", yes: "风味寡淡"},
		{goods: "玉米", text: "一点水分都没有", yes: "风味寡淡"},
		{goods: "书包", text: "赠品都没有 胶水味呛人", yes: "胶水味"},
	},
	// Who tells others to take care tells of no harm.
	"advice": {
		{goods: "年糕", text: "老人吃慢点别噎着，味道不错", no: "窒息"},
		{goods: "瓜子", text: "给娃吃慢点儿，别呛着", no: "窒息"},
		{goods: "滑滑梯", text: "大人在旁边看着，别让娃摔下来", no: "摔伤"},
		{goods: "菜刀", text: "快得很，别切到手", no: "划伤"},
		{goods: "纽扣电池", text: "收好了，别让孩子放嘴里，会误吞", no: "误吞"},
		{goods: "珠子", text: "放高处，别叫小宝宝吞下去", no: "误吞"},
		{goods: "电烙铁", text: "新手当心，别烫着", no: "烫伤"},
		{goods: "养生壶", text: "倒水慢点，别把手烫了", no: "烫伤"},
		{goods: "菜刀", text: "特别割手，刀背都是毛刺", yes: "毛刺"},
		{goods: "开瓶器", text: "一用力就别断了", yes: "断裂"},
		{goods: "蹦床", text: "别人家孩子都没事，我家孩子摔下来了", yes: "摔伤"},
		{goods: "水壶", text: "别买，倒水烫到手", yes: "烫伤"},
		{goods: "果冻", text: "千万别买，孩子噎着了", yes: "窒息"},
	},
	// Whose it is, and what it is for.
	"above the limit elsewhere": {
		{goods: "强化地板", text: "同事家用的甲醛超标，这款检测过关", no: "甲醛 甲醛超标"},
		{goods: "木器漆", text: "邻居家装的甲醛超标，这个放心", no: "甲醛 甲醛超标"},
		{goods: "墙纸", text: "别家的甲醛超标，才选的这个", no: "甲醛 甲醛超标 甲醛味重"},
		{goods: "乳胶漆", text: "刷完找人来测甲醛超标", yes: "甲醛超标"},
		{goods: "强化地板", text: "甲醛超标两倍，邻居家孩子都咳嗽", yes: "甲醛超标"},
		{goods: "除甲醛喷雾", text: "衣柜甲醛超标，喷了三次降到0.06", no: "甲醛 甲醛超标 甲醛味重 板材甲醛"},
		{goods: "除甲醛喷雾", text: "喷完更刺鼻了", yes: "刺鼻"},
		{goods: "防毒口罩", text: "刷漆味道刺鼻，戴上闻不到了", no: "刺鼻"},
		{goods: "防毒口罩", text: "橡胶味刺鼻，戴不住", yes: "橡胶味"},
		{goods: "安全帽", text: "木方砸下来人没事", no: "坍塌 砸伤"},
	},
	// What a body runs into, falls off or is shut in; and whose it is not.
	"bodies": {
		{goods: "浴室门", text: "把孩子反锁在厕所里出不来", yes: "防护失效"},
		{goods: "智能锁", text: "谁的脸都能开", yes: "防护失效"},
		{goods: "阳台椅", text: "椅腿一断我就坐地上了", yes: "断裂 摔伤"},
		{goods: "秋千", text: "儿子从秋千上掉下来", yes: "摔伤", no: "脱落"},
		{goods: "平衡车", text: "一个急停，闺女直接甩出去，额头磕破了", yes: "摔伤", no: "零件飞出"},
		{goods: "跑步机", text: "保险拔了还照样不停", yes: "防护失效"},
		{goods: "花洒", text: "洗澡的时候胳膊发麻", yes: "漏电"},
		{goods: "玻璃锅盖", text: "放桌上炸成碎渣", yes: "爆炸"},
		{goods: "风扇", text: "叶片转着飞下来一块", yes: "零件飞出"},
		{goods: "烤盘", text: "用了一次不粘层就翘起来了", yes: "涂层脱落"},
		{goods: "玻璃杯", text: "玻璃渣崩到孩子脸上", yes: "划伤"},
		{goods: "玩具熊", text: "剪开一看塞的全是发霉的碎布", yes: "填充物不洁"},
		{goods: "弹弓", text: "弹簧崩出来打在额头上", yes: "击伤"},
		{goods: "点火枪", text: "松开按键火还着", yes: "火焰异常"},
		{goods: "防盗网", text: "焊接处开焊", yes: "开裂", no: "车架断裂"},
		{goods: "拉杆箱", text: "万向轮卡死了", yes: "开合不畅", no: "死机"},
		{goods: "滑板车", text: "后脑勺肿起了一个大包", yes: "弄伤", no: "鼓包"},
		{goods: "书桌", text: "孩子坐那儿看书", no: "摔伤"},
		{goods: "取暖器", text: "碰了一氧化碳报警器", no: "底妆不服帖 外观瑕疵"},
		{goods: "砂轮机", text: "打磨的时候火花四溅", no: "打火花"},
		{goods: "充电线", text: "插车上那头烧糊了", no: "烫伤"},
		{goods: "压力锅", text: "说明书写着不要在有压力时开盖", no: "高压锅排气异常"},
		{goods: "书柜", text: "邻居家那个柜子味道大，我这个没味", no: "异味 甲醛味重"},
		{goods: "婴儿车", text: "宝宝淘气自己摔下来，和车没关系", no: "摔伤"},
	},
}

func TestShippedSays(t *testing.T) {
	m := shippedMiner(t)
	known := map[string]bool{}
	for _, term := range m.dict.Terms {
		known[term.Name] = true
	}
	for name, group := range shippedSays {
		t.Run(name, func(t *testing.T) {
			for _, s := range group {
				affirmed := map[string]bool{}
				for _, mn := range m.MineGoods(nil, s.text, m.GoodsOf(s.goods)) {
					if mn.Assertion == chaping.Affirmed {
						affirmed[mn.Term] = true
					}
				}
				for _, term := range strings.Fields(s.yes + " " + s.no) {
					want := strings.Contains(" "+s.yes+" ", " "+term+" ")
					if !known[term] {
						t.Errorf("%s: no term %s", s.text, term)
					}
					if affirmed[term] != want {
						t.Errorf("%s：%s: %s affirmed %v\n%s", s.goods, s.text, term, affirmed[term], m.ExplainGoods(s.text, m.GoodsOf(s.goods)))
					}
				}
			}
		})
	}
}
