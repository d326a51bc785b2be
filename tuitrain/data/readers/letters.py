"""Which letters are frequent in a language, so that a text without a mark shows in which encoding it is.

Counted in the translations that Django, Wagtail, django-allauth, Django REST framework and Sphinx ship and in the names
that CLDR has for countries, languages, months and cities; Chinese also in the words of jieba; Korean, Japanese and
Chinese also in headers and levels as tables have them.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuitrain.translation import N_


@dataclass(frozen=True)
class Language:
    """`letters` beyond ASCII in lower case, the most frequent first.

    `pairs` are the usual neighbours of the letters of a language that is written with Latin ones; ``^`` and ``$`` stand
    for the ends of a word.
    """

    name: str
    letters: str
    pairs: frozenset[str] = frozenset()


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(0, len(text), 2))


LANGUAGES = {
    "ko": Language(
        N_("Korean"),
        "이다니지가도수어자사습하일기시로아주세정성음경리제에대을고전인비남여매를구합소서는요스드트학호오문출원의"
        "한없나생보월부입페강은번상미력중되해계파있용북카회업택울면격혼과량품적름간위라그류크모역결금분연영르메않"
        "송바목불장할선건양종유액키통된안밀당탈게배감체산온년병박교었신충동졸혈버조우증화포형으테거마검무개권예명"
        "추변코삭값최날확단현짜설환토등발프행필국디임브션타속령절별작른림객록범됨플죄터만질저점직흐먼루총콩와야겨"
        "재홍높평판김축천급군율황층철압몸망광읍균풍농퇴득찰폭낮좋쁨윤귤딸쌀돼닭봄맑눈러들본식렉함래관색했십복올능"
        "못네링항새레두알티치운든공데템또활초릿언워말태표존려베더까실반젝웨찾것내케클글노참았효옵쿠잘듈즈빌슬랑룹"
        "열패란겠진잠청됩블접취외근받랍며히츠후투료큰같달숫누줄셜피각댓였텐허뷰차및귀완델때닙쓰약승콘너뉴집애째헤"
        "탄컬린랜므길턴락엔될처져볼읽련둘빈막렬방앱독떤칸갈폴람벨슈릭따순셨텍엘팔응컨께릴푸커잊머견골콜앙특웃곱몰"
        "움살덴셔틸럽답몇돌탐석맨런백닫벤멘앞편섬펫삽튼딩닌렌민많쳐풀법홈웹규몽넘몬맞뒤준랫물룩셈튀넣옴폼솔곳힌떠"
        "긴님졌맷립헨롬핀틀얀느칭샤칼앵숨싱멕얄덜텔콤늘씩희캡룬롱쿼암퍼빠창팸잔헝힐널툴채릅칠콰캄론렘심킹꾸꿈떨롭"
        "큽뢰덮난뮤갑향혹얼폐캐롤맥짐슨렛억셀앤눌핑맙즘냅픈맵켰팀됐갖끌컴즉램괄랄멜센셸헬켈왈곤폰쇼톤콴킬깨픽곧튜"
        "셉덱쉬팩섹닐펀틴킨냐삼친룰틱툼톨녕럼침붙첨쉼측퓨렇듭벳멤럴덤갱밝뇨팝옳렸잃늦젼짧흔팅끝훈옥탭쪽꿀썬깅뉘밖"
        "륙귈퀴괌논퍽핏곽옹둥벵첸콥엠팡맹힝얍펠샨깃족융솜텡옛담겐켄랭펜놈악댁툄겁줍꿔웁싶겼엑둡굵꼴헙옮줘띄펼춤똑"
        "좌꽉탑핸맡랙벡냈휴캔험팁끊묶밑념뜁벗얻뜀깊텁첩극",
    ),
    "ja": Language(
        N_("Japanese"),
        "ーいンしのまルトをイスすク語はド数たアリでれにさてプラタが度日年高りジフる合なせん性レッ入メデ学会売格婚"
        "藤グカテ無加名中くシ時ロサ生有コ月理パ文上ィか最ュ別キ分こだワ区金点あペ低気長種類常道女業量価社住京男都"
        "県岡村血員品賃ブ定ウと新正きマバァ登録ョ検認除行オエ不出番字セゴえズ間力号前現付島式削曜件既国小ダ解大者"
        "ェ結英自未設本刻用田重ザ型水木知選注北人所製処ニ単択体東ビ計更静少降み効身異主平広階口山約断ら世銀面経支"
        "渡増築辺市湿客家川速神夏海氏齢府阪奈愛福埼玉千葉兵庫宮城野潟町額均温風天晴曇雨雪圧糖病院患診校科顧商販購"
        "払収職営婦宅貸積緯駅徒歩帯死亡犯罪率減良悪春秋冬佐鈴橋伊林変も成モめム値ナよユつけ使確作要ャ追ォチソう存"
        "開ガベ必表示下ポ以込っ・索画ば像在公保見一限ツ可ボ指証書信ピ集内外送ネ再編ミノハ関複目権明全部連拡張そ場"
        "へケ能列含お参照どわ形動ギ記個引覧続実管失べ視例持切対読ちご操済非子次取ヴ敗ヘ化整む果致話元先地ゥヒ空電"
        "的利ヤ承方改終接ホ今法諸移多報ゲ提閲項通ず発期ゼ言他訳始置ほ半南情替後代じ戻基や換石秀予ろ了機火土古意許"
        "並環囲ヨ規完属素修同当境配案翻忘ぎ問ヌ得須決届返範護告第組状態載角由適順求説際述受割絞履歴詳各ざ概待試ゾ"
        "位義題び西州直警幅埋細進何親回応両構与領線週四央原探容ぐ違挿真特準頭止功閉肢箇共韓向頼消章拒否総象ヶ倍桁"
        "三近条般辞押米似差足づ絶民和装句推奨絡著矛盾標底姓去申識釈ひ手二矢印午昨超秒制偽浮投候補早横恒久任括誰迷"
        "惑安互相符署兌簡繁稿反昇落壊右昭起来遅節隠ぞ域貨音好写層従役立版比較序調段白揃縦焦初答停宣ょ図備色造挙弧"
        "析邦仏香港台衆教漢勘母統過優丈夫末尾程競様短欠汎",
    ),
    "zh_Hans": Language(
        N_("Simplified Chinese"),
        "的一语不是有文在学人中已个用类数年度地了面大合格重生建为上加性日期时分出成会区这件天价入行到无月和果婚选"
        "以高国市南名北页单常码东户别工水发计要可正金省江湖定气品你女法他部经广现份作密小未下除对间来销子置于温房"
        "血额目号男新我字售此比公型过请流门多亚本业能编您者体尔种没产员项注档删好所布动里科后星主少身量口拉山平址"
        "斯四方将城自海否代克资表点院们如图使增总前收其周失存内也被确支输或州保册择王全英标录西司张历例道之京说风"
        "河任配民县模马黄苏职设校提改家长断深客商死李速制更看值利积特开认题电第就效异得应均病低理关层银进菜福当杨"
        "查医取楼镇订夏等陈式降刘姓安压坏复买春筑添吴三孙津权该减庆赵款秋雨付屋片雪器亡川购阴徐索绩同创糖患冬龄湿"
        "都贷浙诊纬圳姻务蔬晴苹着接列段最些两交与而那次还起证外问尼巴指十回但阿通错向限然政站符二只误引相必心明从"
        "事路邮因修它去集实军给条并知元头包验象见展意组论变位机何化由令原空辑力消罗达基构德签纳美处版管结找话及么"
        "系求称想信板示账须手各又把命功登源立完含块需样至传古义容级兰活导据维米息评非五整色清记写几解情物她域战持"
        "联态先转瓦形链换场万参教书共默委移武治搜告声岛根塞统老显像卡社程太划首世库运规属石状报汉哥再塔略批言放打"
        "林直今始另很边决启许准即吉术群检己扩吗线具连步六车萨审则受白领备序便每忽什华议队节才览史试快儿调缺牙土键"
        "视钥卢百光波带径读反访伊济府串排族士核师八走装真志鲁夫做界花素切台约干希洲听强超埃党绝普班技供送感词乌击"
        "近载服按哈网住述神举警印却考禁树推眼农沙奥兵牌圣操境母爱威匹护败料伯译质较阳难滤续让获团环九众预锁专官际"
        "范七草姆皇洛角游父算造革欧叫研争朝笑执双思红况端",
    ),
    "zh_Hant": Language(
        N_("Traditional Chinese"),
        "的文已學中類數新度件有格合用不入面在個期性是北年高台碼市價婚地日一月選無果重頁生別單未金語分您區名時建號"
        "請人定密增行公常計加除者正總溫額女水男縣臺銷售氣血品房資使亞出編型會成作里設流此間星址檔戶註為大刪蘭輸被"
        "比小法現爾拉業以否冊到案要部經字確南可例失產於子組科斯克電體少收取國天模或林支英項存郵員份化圖歷門訂東值"
        "平擇速客身姓好港量效層異斷程種發夏城低買銀風香內校減壞沒過多屏所吳黃款楊李宜雪竹齡桃園雄彰花蓮鄉鎮均濕降"
        "晴陰雨壓糖醫院患病診績商購付貸職姻屋積樓築緯口死亡王張劉陳趙周徐孫春秋冬蘋蔬菜司薪上目標本式誤馬證你更帳"
        "這列下結驗尼錯器西立前站利巴其表如提第索阿題料改能認修登態工位片來限群指稱權包置點輯找特將含布查安網版預"
        "連對全它物主移必該應關任佈參島視變回何至寫集三欄羅方後儲代須啟檢示納消容元複動了始維引原並交換開求空搜他"
        "瓦進鑰夾卡給庫令理明最路次德及二板達看十需傳與基略籤保知塔線核向相整評製顯套尋照執哥錄功們和訊完論徑古符"
        "覽創薩管我吉外塞說根同但自擴充牙非那專送四盧串波接五六記屬通從命因美烏瀏只鎖兩尚埃威魯狀話範覆希息伊洛濾"
        "轉試言當意之敗問告都源操許奧米階載制讀聖諾頭審圍裝隱普印段班伯排按聯瑞序繼每曼鍵哈起像些復由域得解譯姆再"
        "義續函色托若導放幾書草稿郎護靜允條摩週等信蘇史供切也太母配系嗎忽忘停歐推節沙注超清缺禁述雷然警蒙士先持泰"
        "八即素端洲裡丹倫瓜茲底描而備七九訪駁准簽予環綴朗夫莫幣森丁坦適括土決嵌授謝勒白框絕舊互邊伺服貝披見廣午閉"
        "角快跳季鏈準社什隆堡蔽援翻境斜統束近萬紐迪杜待仍則塊雅荷今蓋俄愛拜遺實寄具致海鎊樣還杖治約共長首受獲很敘"
        "據另處封赫拿皮蒂形麥鈕藏考挪鐘透插替腳弗帕奇喬韓",
    ),
    "de": Language(
        N_("German"),
        "üäößé",
        _pairs(
            "rüänüb^üfüätüclätäröähwäöfösügüd^äsüärräürnüßeülüsmäütlöägößhälümöüntü^ögüühüfnääcönörögäiöcgääueßsääluß"
            "üpnözöhöoßköwödäküpäméötäsé$hüäßbütöfämüßidüeäü$öbréémzäükzüßnwüißßrß$aßjühéümsö"
        ),
    ),
    "fr": Language(
        N_("French"),
        "éèïîêôâçûàùëœ",
        _pairs(
            "é$éeréérdétééséc^énéséméiéélléétépvéaïgéénéguéhépéévfééfcéédémèrêtï$lèéaéoètrèaîènièèmébbéxééqééyééihèî$"
            "tèègîtzéïtèsçaôtmèèlvènçsèèqîndèaétêâcwérôôléuèdeïkéoûtâïdhôuïïgïrïquèïn"
        ),
    ),
    "es": Language(
        N_("Spanish"),
        "óáíéúñü",
        _pairs(
            "ónióésráání$íaríá$táó$némáínañúnlíñoñaeñdéméé$átásnítíárúlérdíróú$éntélétónúáluésáítvíísmóóduí^ú^álóágcó"
            "íovágúpúcíétmúlárésíórpááináiéúscéápólbúígúbiáuá^ítúótfígónóáxyáábúmaídásóámbááuáfgííeáchúéibéúrbóbíaúdú"
            "pémíádélséóxírrúífímíc"
        ),
    ),
    "pt": Language(
        N_("Portuguese"),
        "ãçáíêõéóúâôà",
        _pairs(
            "çããoaççõõeêsárá$ráçatáeçuísãídiçânnçnêívdêtóênórmálítãméínávé$áliãrãúlrínísíã$hãçoiánéláváuêér^úícésátiõ"
            "aírólêcóópágétémás^áhõsõsáábódrêúnmêígpátíuátâmómãísônnúnáâmíttéuçoçélcêósbárépçcábéê$^íeúdátêgíírúdcçáp"
            "púúbífrâlâónótmíípíbnãíçdôúmmúbópé^éáxólúsrçlãóxó$úcsóhédóiúílrúióí$éclévídícâvéútcísénóóvêmád"
        ),
    ),
    "it": Language(
        N_("Italian"),
        "àéìèùò",
        _pairs(
            "à$ràtàì$dìé$héè$méù$sìiùém^èuòò$hèièréétiàélrùéanéérlépé"
        ),
    ),
    "nl": Language(
        N_("Dutch"),
        "ëïéüö",
        _pairs(
            "iëë$aïëreïïnëlé$ïtméééïreëaëïsüsréémënürïmïehéoïeüüprööe^éénvéköölbüëmpüükzüéléaéu^ürüümuïérïalépéëe"
        ),
    ),
    "ca": Language(
        N_("Catalan"),
        "àóèíòúçéïü",
        _pairs(
            "ó$ióà$èsràiàçatàí$nèènànmàlíínrèàrdèríàlésàttí^ànçé$^úuïú$mèlèònròlàuèúsaçítàsòrè$íscàeàígúlètèràgrúmònú"
            "uàvààm^ígàtèméòpmítògütépçuídísíüeréífpàúbúmúnàxç$òlàcïdnàdànípútóbààfpíïtílcòóscílòòsàpòdbéeçèlvíïuónò$"
            "vèaïímçoàbülíb^èzàíchíbèírbòèxórmú^éoàívíxíaípòtsèsàdògúxíhàïnkíémgòíeénoçïsfépéèfcèièüídúcóércéaírçlçaè"
            "héxòíoüròvpóiòsóècàvsò"
        ),
    ),
    "sv": Language(
        N_("Swedish"),
        "äöåé",
        _pairs(
            "änörläväföälärrätäsöätöklösääsåtägål^ökä^å^äråösämövhålåmäånhögäågödgåtöfäöaönåså$äkmåhääfårpååkkömöjäög"
            "näädvåölöjrösåböé$ådnöbänåäctååeöm"
        ),
    ),
    "da": Language(
        N_("Danish"),
        "æøåé",
        _pairs(
            "ræænøgærørsøælvæmænøæffø^æ^øøeøjøså$æsåssææthølørålælåérfæpåmåækønøbådåråågæ^åtøsåånølgårøé$øvæipønæmégø"
            "ævkøréhæåltådøhétæjæfåvépæémeøåbhåjønååeø$^éægåkkæbå"
        ),
    ),
    "nb": Language(
        N_("Norwegian"),
        "øåæé",
        _pairs(
            "ørøksøøynøføærå$^øtøøshøråmårølååsløølåkårpøpå^åånålødønvæjønågåértåhåøvåté$køøpåvmæméådrévåfæfånæémsåøt"
            "héséø$læåpøbtæiøéliégé"
        ),
    ),
    "fi": Language(
        N_("Finnish"),
        "äöšžå",
        _pairs(
            "ä$äätäläänkäsääyätmäjäpävänäähäiäsäräkältöäjyököönämävöprätšiädžäpö$öklöötšadäöižašeröööšiöyösašžiyä"
        ),
    ),
    "is": Language(
        N_("Icelandic"),
        "íóðúáöæþéý",
        _pairs(
            "ísríí$ð$iðsíðutííarðaðó$ínðilírú^þnííkúraíónvíðajókóölbíólbúdíuðtóúnítósómtöæð^ítúá$ú$ór^úúsírlóró^ákíkú"
            "gíílmású^óóvlúrávæþeúmmííbúldóbóíðöðáðímgóúaþýóðsónúásögútjúúgárönláúkærókálænýsmóótðggúmöpóúdháhíígpúæt"
            "fðnýóprédúídíurööfséíe^öjáógívéránræörúbágðrhónæðbátpífæfínóþíúvákóþæghöþaeðgöyðtéétjífölýúpbæóatááímúæs"
            "áþæmðfxíjöðsoðsýýré$úeéktæaólæódýnfáökðvvö"
        ),
    ),
    "pl": Language(
        N_("Polish"),
        "łąśóńężćź",
        _pairs(
            "ć$ńsówą$ącańałłąłaośśćłojąaćę$ścięsłróeśłuń$ołiąądżyęteńnąużś$łółe^śółdżtęjęońł$dłślępyśędżążagłóreżyłlą"
            "zęwłtóże^żińażićłnśrśnząśwź$kłpółyożdźyćż$ęcgóżnązłękóódułnę^łełążtąągtłnóóżńcwóiżzłiłaśuń^źźrątdóżiąćbł"
            "łkżlóbsóękjśwążsótąpólżk"
        ),
    ),
    "cs": Language(
        N_("Czech"),
        "áíšéýřčěžůúňóťď",
        _pairs(
            "ští$é$níáný$á$kákýkéřepřnévárářínáně^čnšnýžiěnvýláčeřiožrščíáválcíužvě^údážátáů$šeádě$ěřměačícátíttšvéjš"
            "ář^šaššíýcdžžezážíčnázušíslšmáčtímečáštřlížaámjíěltídščaínmíásčiětémúčíždě^řtězíéhméišvísíléeřšaočárřapí"
            "šivšošbětéíričbádůořmšíčžšhážnřáéníhkščkíkůvčáškrípáůmbštýěrdímčešívíd^žácějiřtůgšřož$pěežýrzšýšyžáhažúd"
            "uáýmpůíšůžésšsílš$íjř$ržčuaňířyšsáěkkóóděsěmápúplůúsučkůnůč$ákdéěšjáň$švčoúnréňoůlnčáj"
        ),
    ),
    "sk": Language(
        N_("Slovak"),
        "áčýéíšžúťóľôďňäŕĺ",
        _pairs(
            "čiý$é$á$néť$nýnákýkáráánžiaťač^čnčštácýcí$ónčíátkévýožríáriť^šállážíúččntáužávvánízájčísívínrčvédžjúázmá"
            "dáú$ľaásčt^účeašpílčšeeľtíčašažesútčnúôžšiéhdčžnúcečušiótéoľočšítýhľčoméámlííkréuáošíržakósťnšmčešzíďaém"
            "^žvšýsýmičímlótóódľúášíšmôíténiáúťórútzšždbáádeňľsézažňaúsíliš^ďúbájšlžkíctúípgčš$bčérsáýžgáúnkľsíľkkúňo"
            "škléčkťač$čušscígólšežyžď$šprýeťhášošťšvôvópň$žspáúzľuápvčšnákkčúvróúrľ$ídcúľblúdéžtdíéčdôž$hýýbiíeďyš"
        ),
    ),
    "hu": Language(
        N_("Hungarian"),
        "áéóíöőüúű",
        _pairs(
            "álésástáítzáánéró$téváárráátzélákélékömánésíétő$éliótönáénülsésátóörépégág^álí^éözzőölméókdéódrétőézvéló"
            "dáámévönjákütíkógézóóllőpébáákímdőeáősrócíírácrőájzörögáábék^úőlázükdíáhávónívlözü^óövóvmóösúj^ööté$nőzí"
            "kísőőrádósőkóbbó^üűrípémgóőtrüőziákátüjóéhpádóürédyíböótű$féínműópfáökbőőnhéáatűyűűksóá$úrőbháöbébóróirí"
            "úz^ífóőjyárűeíút"
        ),
    ),
    "ro": Language(
        N_("Romanian"),
        "ăţşîâ",
        _pairs(
            "ă$ţitănăzăcăaţ^îînărrălăcţştnţdăeţsăşieş^şânătmăăuăspăiţaşăţcââmişbăvăgăşapţârsâmâămîmţelţoţăştâţaşăţărţ"
            "fă^ţuş"
        ),
    ),
    "hr": Language(
        N_("Croatian"),
        "čšžćđ",
        _pairs(
            "čkičačškžiaščeštža^češčiažišučča^šdžčnužećšeošočšažeđećeušečžnožađržšiućršeđđaćićaićšnčuć$žurđrčšvš$šlež"
            "oćč$^žšpđišu^ćčjćnjšiđnšđuću"
        ),
    ),
    "sl": Language(
        N_("Slovenian"),
        "čšž",
        _pairs(
            "šččijšnščeočškišašač^čršžičaošešič^ššičnštečoždžšežažežnčrlšč$užuštšmšču^žučdšvššačkež"
        ),
    ),
    "ru": Language(
        N_("Russian"),
        "оеаинтрслвкдпумыьйбзячгцжюхшфэщёъ",
    ),
    "uk": Language(
        N_("Ukrainian"),
        "оанеитіврксдлупмзьбяйгчцжшхюєїфщґ",
    ),
    "bg": Language(
        N_("Bulgarian"),
        "аеитонрсвлдкпзмбъуягчйцжшфщхю",
    ),
    "el": Language(
        N_("Greek"),
        "αεοτινρσμκπηλίυςγδέάόήχθωύφβώζξψϊ",
    ),
    "tr": Language(
        N_("Turkish"),
        "ışüçğöâ",
        _pairs(
            "ı$ınnısırıırişştdıılıştılıyıızğiönğı^ççegöçaeğş$eşünaşçiürşlör^ökıeçdüağrüşi^şşıığuşşatüzıiğıyçıüzıkısmı"
            "içcıükü$ımgüyösüıcnüümülaçğeüşoğöz^ülüğlyübıtçğuşeğrç$üğşkpıkçöğıtıdkümüüyuğdöşmüsşuuççlgırşşç"
        ),
    ),
    "he": Language(
        N_("Hebrew"),
        "יוהתלאמרשבנסחקדפםעכןטגזצךףץ",
    ),
    "ar": Language(
        N_("Arabic"),
        "اليمترنوةدحفعسبكقأهصجإخذىطغشضثزءئظؤآـ",
    ),
    "lt": Language(
        N_("Lithuanian"),
        "ųėšžčąįūę",
        _pairs(
            "ų$iųą$čiė$nų^šišašžidžtųnėėsėt^įečštmėšišaužį$rųlųkųėjdėjų^žlėę$^čmųūrrėdųažšktėmątąeškšsųbųžyžegųžašyšo"
            "šsėnršjąbūūsėličpėačkėįržovėnįkązųžksąnčėkšmiūčaščtęsėęsgėįtrūįvšvųsržnęšųžršužunąjūiąįkūtūktįėžušūnežše"
            "ždąjjįčeučyšgūkūšnįjėmžt"
        ),
    ),
    "lv": Language(
        N_("Latvian"),
        "āēīšūņļžčģķ",
        _pairs(
            "ārtāeššuītšaā$nātīētrāējātpāānvējāādākkārīdīmāālāsdžērājlēzīēlācsīīb^šošmēlāvāīšzēīgēšāņkšpērēņuāmšāījsā"
            "nītēīmšiēģšķūtbāeļļaiņgāģilūļuīn^čaššoē$līdādēņenēņacēēmēsīvķiīrļūčiušūskļžaaņēnšējūšsūkīdžižuēgī$gšāzrš"
            "iāūrzāmīīcūdķīšīoņišeģžīžāāļīzrūbūīkežāvēļēzīs^ātļūnčeāfčaāšsū^ģāišrcīš$^ījēbīvīģeuļaļņēņosēgēcāīpžoačču"
            "īl^ķēdābičūl"
        ),
    ),
    "et": Language(
        N_("Estonian"),
        "äüõšöž",
        _pairs(
            "ärää^üülväpäüüühjävõöötšmääiähtätüälõidžläõtäekünäšilõlüõnäsõupõtöšaõhkäkõümükätžisüsõšetõövänžaürüpõp^õ"
            "õrüs^šmõnõõlõõišaššošunüüdübrüpüsäünõeü$eüušönškäpžuö$dõäböt^äõsšvräõmõzröäd"
        ),
    ),
    "th": Language(
        N_("Thai"),
        "านอรเ่ก้ลมัีงยดหสบควิตทไ์ปุูชแขใืจพโะซณผถ็ำฟญภึธศฮษฉฤๆฐ๊",
    ),
}  # fmt: skip
