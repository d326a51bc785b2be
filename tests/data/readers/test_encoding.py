"""Encodings are found by whose letters are usual, told with evidence, and refused where two would do."""

from __future__ import annotations

import codecs

import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.data.readers.dialect import Wanted
from tuitrain.data.readers.encoding import decode
from tuitrain.data.readers.text import read_text_table
from tuitrain.errors import DataError, DataOptionError
from tuitrain.options.data_options import DataOptions

TABLES = {
    "Korean": ["지역,나이,구매", "서울,31,예", "부산,45,아니오", "대구,28,예", "제주,52,아니오"],
    "Japanese": ["地域,年齢,購入", "東京都,31,はい", "大阪府,45,いいえ", "北海道,28,はい"],
    "Simplified Chinese": ["地区,年龄,购买", "北京市,31,是", "上海市,45,否", "广州市,28,是"],
    "Traditional Chinese": ["地區,年齡,購買", "臺北市,31,是", "高雄市,45,否", "桃園縣,28,是"],
    "German": ["Straße,Größe,ja", "Müllerweg,31,schön", "Königsallee,45,häßlich"],
    "French": ["ville,âge,payé", "Orléans,31,élevé", "Besançon,45,très élevé", "Nîmes,28,forêt"],
    "Spanish": ["región,año,niño", "Málaga,31,sí", "Cádiz,45,España", "León,28,también"],
    "Polish": ["województwo,wiek,płeć", "Łódź,31,mężczyzna", "Kraków,45,żona", "Gdańsk,28,później"],
    "Czech": ["město,věk,příjem", "Plzeň,31,žádný", "Jihlava,45,větší", "Děčín,28,řádný"],
    "Hungarian": ["város,kor,összeg", "Győr,31,több", "Szőlős,45,kevés", "Pécs,28,nő"],
    "Russian": ["город,возраст,доход", "Москва,31,высокий", "Омск,45,низкий"],
    "Ukrainian": ["місто,вік,дохід", "Київ,31,високий", "Львів,45,низький"],
    "Greek": ["πόλη,ηλικία,φύλο", "Αθήνα,31,άνδρας", "Πάτρα,45,γυναίκα"],
    "Turkish": ["şehir,yaş,gelir", "Muğla,31,düşük", "Iğdır,45,yüksek", "Kırşehir,28,değişken"],
    "Lithuanian": ["miestas,amžius,šeima", "Šiauliai,31,taip", "Panevėžys,45,įvairūs", "Kėdainiai,28,mažų"],
    "Hebrew": ["עיר,גיל,הכנסה", "חיפה,31,גבוהה", "אילת,45,נמוכה"],
    "Arabic": ["المدينة,العمر,الدخل", "القاهرة,31,مرتفع", "بغداد,45,منخفض"],
    "Thai": ["จังหวัด,อายุ,รายได้", "เชียงใหม่,31,สูง", "ภูเก็ต,45,ต่ำ"],
}
LEGACY = [
    ("Korean", "cp949"), ("Korean", "euc_kr"), ("Japanese", "cp932"), ("Japanese", "euc_jp"),
    ("Simplified Chinese", "gb18030"), ("Simplified Chinese", "gb2312"), ("Traditional Chinese", "cp950"),
    ("German", "cp1252"),
    ("French", "cp1252"), ("French", "mac_roman"), ("Spanish", "cp1252"), ("Polish", "cp1250"), ("Polish", "iso8859_2"),
    ("Czech", "cp1250"), ("Hungarian", "cp1250"), ("Russian", "cp1251"), ("Russian", "koi8_r"), ("Ukrainian", "cp1251"),
    ("Greek", "cp1253"), ("Turkish", "cp1254"), ("Lithuanian", "cp1257"), ("Hebrew", "cp1255"), ("Arabic", "cp1256"),
    ("Thai", "cp874"), ("German", "cp850"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
def test_a_small_table_in_an_encoding_of_its_language_is_read_and_told(language: str, encoding: str) -> None:
    text = "\n".join(TABLES[language]) + "\n"
    found = decode(text.encode(encoding), "t.csv")
    assert found.text == text
    assert "usual in" in found.reason or "signs" in found.reason
    table = read_text_table(text.encode(encoding), "t.csv")
    assert table.names == TABLES[language][0].split(",")
    assert any("--encoding decides otherwise" in notice for notice in table.notices)
    assert table.layout is not None and table.layout.evidence["encoding"].startswith("encoding ")


@pytest.mark.parametrize("language", TABLES)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_is_read_with_and_without_its_mark(language: str, encoding: str) -> None:
    text = "\n".join(TABLES[language]) + "\n"
    assert decode(text.encode(encoding), "t.csv").text == text
    if encoding.endswith("be"):
        assert decode(codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "t.csv").text == text


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("온도(°C)", "cp949"), ("Temperatur °C", "cp1252"), ("Preis in €", "cp1252"), ("Fläche m²", "cp1252"),
        ("Peter’s age", "cp1252"), ("処理区分", "cp932"), ("点検連番", "cp932"), ("성별", "cp949"), ("Année", "cp1252"),
        ("µm", "cp1252"),
    ],
)  # fmt: skip
def test_a_single_header_is_enough(header: str, encoding: str) -> None:
    text = f"a,{header}\n1,2\n"
    found = decode(text.encode(encoding), "t.csv")
    assert (found.text, found.encoding) == (text, encoding)


@pytest.mark.parametrize(
    "data",
    [
        b"name,y\nRen\xcc\xa9e,1\nS\xcc\xc1nchez,2\nFran\xcc\xa4ois,3\n",
        b"a,y\nGeorge\x89\xdb\xaas,1\nEspa\xcc\xb1ol,2\n",
    ],
)
def test_letters_that_were_spoilt_before_are_no_letters_of_another_language(data: bytes) -> None:
    with pytest.raises(DataError, match="no encoding that is tried gives usual letters; say which by --encoding"):
        decode(data, "t.csv")


def test_a_hard_blank_or_dots_between_words_are_western() -> None:
    for text in ("a,y\n\xa0Mercedes,1\n\xa0Opel,2\n", "t,y\nDid…What?,1\nDoesn’t,2\n"):
        assert decode(text.encode("cp1252"), "t.csv").text == text


@pytest.mark.parametrize(
    ("text", "encoding", "option"),
    [
        ("city,y\nRiče,1\n", "cp1250", "cp1252"), ("name,y\nBerrè,1\n", "cp1252", "cp1250"),
        ("a,y\nIgnė,1\n", "cp1257", "cp1252"),
    ],
)  # fmt: skip
def test_a_word_that_may_be_of_two_languages_is_refused_with_both_or_read_right(
    text: str, encoding: str, option: str
) -> None:
    data = text.encode(encoding)
    with pytest.raises(
        DataError, match=rf"it may be .* or .*; say which by --encoding (.* or )?.*{encoding}"
    ) as caught:
        read_text_table(data, "t.csv")
    assert option in str(caught.value)
    assert decode(data, "t.csv", encoding=encoding).text == text


def test_a_cp949_table_and_its_utf_8_copy_make_the_same_dataset(tmp_path: object) -> None:
    import pathlib

    folder = pathlib.Path(str(tmp_path))
    rows = [f"{20 + n},{['서울', '부산', '대구'][n % 3]},{'예' if n % 2 else '아니오'}" for n in range(40)]
    text = "\n".join(["나이,지역,구매", *rows]) + "\n"
    datasets = []
    for name, encoding in (("a", "cp949"), ("b", "utf-8"), ("c", "utf-16")):
        (folder / name).mkdir()
        (folder / name / "t.csv").write_bytes(text.encode(encoding))
        datasets.append(load_dataset(folder / name / "t.csv"))
    assert len({dataset.fingerprint for dataset in datasets}) == 1
    assert any("Korean" in notice for notice in datasets[0].notices)
    assert not any("encoding" in notice for notice in datasets[1].notices)


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        ("가,나\n1,서\n".encode("cp949"), "utf-8", r"line 1: byte 1 \(0xb0\) is not utf-8"),
        ("a,b\n1,서울\n".encode(), "ascii", r"line 2: byte 7 \(0xec\) is not ascii"),
        (
            "가나,다라\n1,2\n마바,사\n".encode() + b"\xff,1\n",
            None,
            r"line 4: byte \d+ \(0xff\) is not UTF-8, as the rest is",
        ),
        (b"a,b\n1,x\xaf\x81y\n", None, r"line 2 has a byte that is not UTF-8 \(0xaf\), and no encoding"),
        (b"a,b\n1,\x01\xff\n", None, "control characters, so this is a binary file"),
        (b"\xff\xfea\x00,\x00\n\x00\x00\xd8,\x00", None, "starts as UTF-16, but byte"),
    ],
)
def test_bytes_that_do_not_fit_are_named_with_line_and_byte(data: bytes, encoding: str | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_text_table(data, "t.csv", wanted=Wanted(encoding=encoding))


def test_the_name_of_an_encoding_is_checked() -> None:
    assert DataOptions(encoding="EUC-KR").encoding == "EUC-KR"
    with pytest.raises(DataOptionError, match='encoding "cp94": did you mean cp949'):
        DataOptions(encoding="cp94")
    with pytest.raises(DataOptionError, match="rot13 is no encoding of texts"):
        DataOptions(encoding="rot13")
    with pytest.raises(DataOptionError, match="expected a single sign, or none"):
        DataOptions(quote="''")
    assert DataOptions.from_mapping({"quote": "none", "comment": "none", "header": False}).quote == ""


@pytest.mark.parametrize("form", ["£{n}.50", "{n} €", "€{n}", "¥{n}", "{n}¢", "{n} µm", "{n}½", "{n}º"])
def test_signs_beside_numbers_are_western(form: str) -> None:
    text = "a,price\n" + "".join(f"{n},{form.format(n=n)}\n" for n in range(30))
    assert decode(text.encode("cp1252"), "t.csv").text == text


def test_the_size_of_wide_characters_is_told_in_bytes() -> None:
    assert "characters of 2 bytes" in decode("a,b\n1,2\n".encode("utf-16-le"), "t.csv").reason
    assert "characters of 4 bytes" in decode("a,b\n1,2\n".encode("utf-32-be"), "t.csv").reason
