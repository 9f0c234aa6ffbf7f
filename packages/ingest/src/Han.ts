// Which Han characters tell simplified from traditional, and which are so frequent that any real text is full of them.
// The first two lists are pairs of one character; none of the first is in Big5, none of the second in GB 2312.

const simplified =
  "们这来国时说为会学个对开还进过东发经从现点问见门车长书马爱报边变标别补参产场称处传创词达带单当导灯敌" +
  "电动读断队饭飞费风妇该盖刚岗给巩顾关观馆广归规贵汉号贺画华话欢环换黄挥获击积际继济坚间简将讲奖阶节结" +
  "紧尽劲举决觉军课况亏扩乐类历丽连联练粮两疗辽临领刘龙楼录陆虑论罗妈买卖满难脑鸟农欧盘凭齐迁钱强墙亲轻" +
  "庆穷权劝让热认荣伤设声师实识势术树双顺丝苏虽孙态谈题条铁厅头图团围卫温无务误习戏细显险县线响乡写兴选" +
  "压亚严阳养样药业叶页医义艺亿阴银隐应营拥邮鱼语预员园圆远约运杂则战张针镇阵争证织职执纸质终钟众专转装" +
  "状资总组"

const traditional =
  "們這來國時說為會學個對開還進過東發經從現點問見門車長書馬愛報邊變標別並補參產場稱處傳創詞達帶單當黨導" +
  "燈敵電動讀斷隊兒飯飛費風婦復該蓋趕剛崗給鞏構顧關觀館廣歸規貴漢號賀畫華話壞歡環換黃揮獲擊機積極際繼濟" +
  "價堅間簡將講獎階節結緊盡勁舉據決覺軍課況虧擴樂類離歷麗連聯練糧兩療遼臨領劉龍樓錄陸慮論羅媽買賣滿麼難" +
  "腦鳥農歐盤憑撲齊氣遷錢強牆親輕慶窮權勸確讓熱認榮傷設聲師實識勢術樹雙順絲蘇雖孫態談題體條鐵聽廳頭圖團" +
  "萬網圍衛溫無務誤習係戲細顯險縣線響鄉寫興選壓亞嚴陽養樣藥業葉頁醫義藝億陰銀隱應營擁優郵魚與語預員園圓" +
  "遠願約運雜則戰張針鎮陣爭證織職執紙質終鐘眾種專轉莊裝狀準資總組"

// The most frequent characters of modern Chinese and of the classics, without those above.
const frequent =
  "的一是了我不人在他有上到大地子中你生年着就那和要她出也得里后自以家可下而天去能小多然于心么之都好看起" +
  "没成只如事把用第道想作种美情己面最女但前些所同日手又行意方期它儿回位分老因很名法斯知世什次使身者被高" +
  "已其此常与活正感明力理尔文几定本公特做外孩相西果走月十向全信重三机工物气每并真打太新比才便夫再部水像" +
  "眼等体却加主界利海受听表德少克代许先口由死安性光白或住望教命花色更拉神记母父直字平友放至接告入笑内英" +
  "候民岁往何度山路万男解叫任金快原吃通立象数四失格士音目呢病始深完今提求清王化空思切怎非找片吗元喜曾离" +
  "科言干流各即指合反必交林请晚制球保及房早院量苦火布品近坐答星精视五司巴奇管未朋且婚台夜青北久乎越落形" +
  "影红爸百令周吧步希留市半送造容极随演收首根整式取照办石古拿计您似足妻尼诉米客南衣站黑刻统福城故惊脸包" +
  "另建维绝系示愿持千史谁准纪基志静阿诗独复痛消社算竟确酒需治卡幸兰念仅怕共毛句息功官待究跟穿室易游程居" +
  "考突皮哪倒价具永歌商礼块脚味灵改据般破引食仍存注笔甚某沉血备校默土微娘须试怀料调赛查密议底列富梦错座" +
  "八除跑曰於爲君矣吾謂亦焉臣後皆若欲哉二聞仁孟善諸侯莫秦朝乃雲春餘賢猶秋木禮豈亡孔草省惡詩既敢聖帝玉江" +
  "楚雨六武政伯獨耳弟惟"

const simplifiedOnly = 1
const traditionalOnly = 2
const common = 4

const marks = new Uint8Array(0x1_0000)
const mark = (characters: string, bits: number): void => {
  for (let i = 0; i < characters.length; i++) marks[characters.charCodeAt(i)] = bits
}
mark(simplified, simplifiedOnly | common)
mark(traditional, traditionalOnly | common)
mark(frequent, common)
// punctuation that stands in most Chinese and Japanese sentences
mark("，。、；：？！“”‘’「」『』《》（）…—　", common)

/** Is this UTF-16 unit one of the about thousand Han characters and marks that make up most of any Chinese text? */
export const isCommonHan = (unit: number): boolean => ((marks[unit] ?? 0) & common) !== 0

/** How many characters of a text exist in simplified writing only, and how many in traditional writing only. */
export const variants = (text: string): { readonly simplified: number; readonly traditional: number } => {
  let simplified = 0
  let traditional = 0
  for (let i = 0; i < text.length; i++) {
    const bits = marks[text.charCodeAt(i)] ?? 0
    if ((bits & simplifiedOnly) !== 0) simplified++
    else if ((bits & traditionalOnly) !== 0) traditional++
  }
  return { simplified, traditional }
}
