"""Find the encoding of a text table: by what its bytes can be, then by whose letters are the more usual ones.

A text whose bytes are no UTF-8 is decoded in each encoding of `CANDIDATES`. Each reading gets the probability that a
text of that language has these letters (Zipf's law over the letters of `LANGUAGES`, neighbours of accented letters,
small and capital letters where they belong); fields that occur again count once. All readings cover the same bytes, so
that the probabilities compare.
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from tuitrain.data.readers.letters import LANGUAGES
from tuitrain.data.readers.misfits import START, Before, damage, misfit, refuse_zero_bytes
from tuitrain.errors import DataError
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

LATIN = ("de", "fr", "es", "pt", "it", "nl", "ca", "sv", "da", "nb", "fi", "is")
CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "sl")
STANDARDS = {"ko": "euc_kr", "ja": "shift_jis", "zh_Hans": "gb2312", "zh_Hant": "big5"}  # the usual part
LANGUAGE_PRIORS = {"is": -1.5, "ca": -1.0, "sl": -1.0, "hr": -1.0, "sk": -0.7, "ro": -0.5}
SIGNS_ONLY = "signs"  # as good as a language: a text whose only letters beyond ASCII are signs such as °


@dataclass(frozen=True)
class Candidate:
    """An encoding by Python's name, what people call it, how usual it is (natural logarithm), and its languages."""

    name: str
    title: str
    prior: float
    languages: tuple[str, ...]


CANDIDATES = (
    Candidate("cp1252", "Windows-1252", 0.0, (*LATIN, SIGNS_ONLY)),
    Candidate("cp949", "cp949 (euc-kr)", -1.0, ("ko",)),
    Candidate("cp932", "Shift-JIS (cp932)", -1.0, ("ja",)),
    Candidate("gb18030", "GB18030 (GBK)", -1.0, ("zh_Hans", "zh_Hant")),
    Candidate("cp950", "Big5 (cp950)", -1.5, ("zh_Hant",)),
    Candidate("euc_jp", "EUC-JP", -2.5, ("ja",)),
    Candidate("cp1251", "Windows-1251", -1.5, ("ru", "uk", "bg")),
    Candidate("cp1250", "Windows-1250", -2.5, (*CENTRAL, "de")),
    Candidate("cp1253", "Windows-1253", -2.0, ("el",)),
    Candidate("cp1254", "Windows-1254", -2.0, ("tr",)),
    Candidate("cp1255", "Windows-1255", -2.0, ("he",)),
    Candidate("cp1256", "Windows-1256", -2.0, ("ar",)),
    Candidate("cp1257", "Windows-1257", -2.0, ("lt", "lv", "et")),
    Candidate("cp874", "Windows-874", -2.0, ("th",)),
    Candidate("iso8859_2", "ISO-8859-2", -3.5, CENTRAL),
    Candidate("iso8859_7", "ISO-8859-7", -4.5, ("el",)),
    Candidate("koi8_r", "KOI8-R", -3.0, ("ru",)),
    Candidate("mac_roman", "Mac Roman", -4.0, ("fr", "es", "pt", "it", "de", SIGNS_ONLY)),
    Candidate("cp850", "DOS (cp850)", -4.5, ("fr", "es", "pt", "it", "de")),
)
TITLES = {
    "utf-8": "UTF-8", "utf-16": "UTF-16", "utf-32": "UTF-32", "iso2022_jp": "ISO-2022-JP",
    **{candidate.name: candidate.title for candidate in CANDIDATES},
}  # fmt: skip
OTHER_NAMES = ("utf-8", "utf-16", "euc-kr", "shift_jis", "gbk", "big5", "latin-1", "mac_roman", "cp850", "cp866")
MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\x84\x31\x95\x33", "gb18030"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
SIGNS = frozenset("°²³µ±€£¥¢§½¼¾·×–—‘’“”…©®™º«»¿¡„‚‰†•−″′Ω№")
CJK_SIGNS = frozenset(
    "、。・「」『』（）％：；！？〜～ー－＋＝／＆㎡℃°○●◎△▲×□■※→②①③④⑤，．々〇㎏㎜㎞ⅠⅡⅢ"
    "·“”《》【】＊＃０１２３４５６７８９"
)
LEAST_ZEROS = 20  # bytes, of which one is zero in a text of two or four bytes a character
MOST_FIELDS, MOST_BYTES = 3000, 2_000_000  # that are looked at
LEAST_MARGIN = 2.0  # of the logarithms of two readings: 7 to 1
LEAST_USUAL = 0.75  # of the letters must be usual ones,
LEAST_USUAL_IDEOGRAPHS = 0.2  # where there are thousands
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
APOSTROPHE = re.compile(r"(?:.?.’(?:s|t|d|m|re|ll|ve)?(?!\w)|(?:^|\W)\w’)")
BETWEEN_FIELDS = re.compile(rb'[,;\t\r\n"]+')

ASCII, RARE_SIGN, NEVER = math.log(1 / 40), math.log(1e-6), math.log(1e-9)
BEYOND_STANDARD = math.log(0.0005 / 8000)
FITTING_APOSTROPHE, HARD_BLANK = 1.5, math.log(0.02)
SIGN, CJK_SIGN = math.log(0.002), math.log(0.0005)


@dataclass(frozen=True)
class Decoded:
    """A text, the name of its encoding, and why it was chosen; the reason is empty where the file leaves no doubt."""

    text: str
    encoding: str
    reason: str = ""

    @property
    def title(self) -> str:
        """What people call the encoding."""
        return TITLES.get(self.encoding, self.encoding)


@dataclass(frozen=True)
class _LanguageReading:
    candidate: Candidate
    language: str
    score: float
    usual: int
    letters: int
    fields: tuple[str, ...]

    @property
    def is_plausible(self) -> bool:
        """Whether enough of its letters are usual ones."""
        is_ideographic = self.candidate.languages[0] in STANDARDS
        return self.usual >= (LEAST_USUAL_IDEOGRAPHS if is_ideographic else LEAST_USUAL) * self.letters


def decode(
    data: bytes, name: str, *, encoding: str | None = None, is_cut: bool = False, before: Before = START
) -> Decoded:  # fmt: skip
    """Decode the bytes of a file; `encoding`, if given, is the user's. With `is_cut`, only whole lines are kept.

    `before` is what stands before them in the file, for messages.

    Raises
    ------
    DataError
        if the bytes do not fit, with byte and line; if two encodings would give other letters and neither is more
        plausible; or if the file is binary.
    """
    if encoding is not None:
        return Decoded(_told(data, name, encoding, is_cut=is_cut), codecs.lookup(encoding).name)
    marked = next((known for mark, known in MARKS if data.startswith(mark)), None)
    if marked == "gb18030":
        return Decoded(_told(data, name, marked, is_cut=is_cut).removeprefix("\ufeff"), marked)
    wide = marked if marked in {"utf-16", "utf-32"} else wide_encoding(data)
    if wide is not None:
        reason = (
            ""
            if marked
            else _("its zero bytes are those of characters of {size} bytes").format(size=int(wide[4:6]) // 8)
        )
        return Decoded(_decoded_wide(data, name, wide, is_cut=is_cut), wide[:6], reason)
    if is_cut:
        data = data[: data.rfind(b"\n") + 1] or data
    refuse_zero_bytes(data, name, before)
    if b"\x1b$" in data[:100_000] and data.isascii():
        return Decoded(
            data.decode("iso2022_jp", errors="strict"), "iso2022_jp", _("it switches to Japanese by escapes")
        )
    try:
        return Decoded(data.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError as error:
        start = error.start + (3 if marked else 0)
    _refuse_damaged(data, name, start, before)
    return _most_plausible(data, name, start, before)


def _told(data: bytes, name: str, encoding: str, *, is_cut: bool) -> str:
    """Decode as the user says."""
    known = codecs.lookup(encoding).name
    if known.startswith(("utf-16", "utf-32")):
        return _decoded_wide(data, name, known, is_cut=is_cut)
    data = (data[: data.rfind(b"\n") + 1] or data) if is_cut else data
    try:
        return data.decode("utf-8-sig" if known == "utf-8" else known)
    except UnicodeDecodeError as error:
        raise DataError(misfit(data, name, encoding, error.start)) from error


def wide_encoding(data: bytes) -> str | None:
    """The encoding of two or four bytes a character that lacks its mark; None if it is none.

    Line ends, delimiters and digits are ASCII in every table, so half of their bytes (or three of four) are zero.
    """
    head = data[:4000]
    if LEAST_ZEROS * head.count(0) < len(head) or len(head) < 4:
        return None
    wide = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
    for known in wide:
        text = head.decode(known, errors="ignore")
        if "\x00" in text or 4 * len(text) < len(head) // 2:
            continue
        is_text = all(char.isprintable() or char in "\t\r\n " for char in text)
        if is_text and any(char in ",;\t|\n" for char in text) and len(text.encode(known)) >= len(head) - 4:
            return known
    return None


def _decoded_wide(data: bytes, name: str, known: str, *, is_cut: bool) -> str:
    size = 4 if known.startswith("utf-32") else 2
    data = data[: len(data) // size * size] if is_cut else data
    try:
        text = data.decode(known, errors="ignore" if is_cut else "strict").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError(
            _("{name}: starts as {title}, but byte {place} does not fit; expected {title} throughout").format(
                name=name, title=TITLES[known[:6]], place=error.start + 1
            )
        ) from error
    return (text[: text.rfind("\n") + 1] or text) if is_cut else text


def _refuse_damaged(data: bytes, name: str, start: int, before: Before) -> None:
    """Refuse UTF-8 with a few broken characters, which would be nonsense in any other encoding."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(not char.isascii() for char in text) - broken
    if whole > 3 * broken:
        raise DataError(damage(data, name, start, before))


def _most_plausible(data: bytes, name: str, start: int, before: Before) -> Decoded:
    """Choose among the encodings that fit the whole file by their letters."""
    line = before.line_at(data, start)
    found = _("line {line} has a byte that is not UTF-8 (0x{byte:02x})").format(line=line, byte=data[start])
    if CONTROL.search(data):
        raise DataError(
            _("{name}, {found}, and control characters, so this is a binary file; expected CSV or TSV text").format(
                name=name, found=found
            )
        )
    readings = sorted(_readings(data), key=lambda reading: reading.score, reverse=True)
    while readings and not _fits(data, readings[0].candidate.name):
        gone = readings[0].candidate
        readings = [reading for reading in readings if reading.candidate is not gone]
    if not readings or not readings[0].is_plausible:
        raise DataError(
            _("{name}, {found}, and no encoding that is tried gives usual letters; say which by --encoding").format(
                name=name, found=found
            )
        )
    best = readings[0]
    for other in readings[1:]:
        if best.score - other.score >= LEAST_MARGIN:
            break
        differing = next((pair for pair in zip(best.fields, other.fields, strict=True) if pair[0] != pair[1]), None)
        if differing is not None and _fits(data, other.candidate.name):
            raise DataError(
                _(
                    "{name}, {found}: it may be {one} in {first} or {other} in {second}; say which by --encoding "
                    "{option} or --encoding {other_option}"
                ).format(
                    name=name, found=found, one=quoted(_excerpt(*differing)), first=best.candidate.title,
                    other=quoted(_excerpt(*reversed(differing))), second=other.candidate.title,
                    option=best.candidate.name,
                    other_option=other.candidate.name,
                )
            )  # fmt: skip
    return Decoded(data.decode(best.candidate.name), best.candidate.name, _reason(best))


def _excerpt(text: str, other: str) -> str:
    """What stands around the first place where a text differs from another."""
    place = next((place for place, pair in enumerate(zip(text, other, strict=False)) if pair[0] != pair[1]), 0)
    return text[max(place - 12, 0) : place + 12]


def _reason(reading: _LanguageReading) -> str:
    if reading.language == SIGNS_ONLY:
        return _("its signs beyond ASCII are usual ones there, such as {sign}").format(
            sign=next(char for field in reading.fields for char in field if not char.isascii())
        )
    share = reading.usual / max(reading.letters, 1)
    return _("{share:.3g} % of its letters beyond ASCII are usual in {language}").format(
        share=100 * share, language=_(LANGUAGES[reading.language].name)
    )


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _readings(data: bytes) -> list[_LanguageReading]:
    """Every language's reading of the fields that hold bytes beyond ASCII."""
    fields: dict[bytes, None] = {}
    for line in data[:MOST_BYTES].splitlines() if not data[:MOST_BYTES].isascii() else data.splitlines():
        if not line.isascii():
            fields.update((field.strip(), None) for field in BETWEEN_FIELDS.split(line) if not field.isascii())
            if len(fields) > MOST_FIELDS:
                break
    result = []
    for candidate in CANDIDATES:
        try:
            texts = tuple(field.decode(candidate.name) for field in fields)
        except UnicodeDecodeError:
            continue
        for language in candidate.languages:
            score, usual, letters = _score(texts, language)
            result.append(
                _LanguageReading(
                    candidate,
                    language,
                    candidate.prior + LANGUAGE_PRIORS.get(language, 0.0) + score,
                    usual,
                    letters,
                    texts,
                )
            )
    return result


def _score(fields: tuple[str, ...], language: str) -> tuple[float, int, int]:
    """The logarithm of the fields' probability in a language, how many letters are usual, and how many there are."""
    weigh = _Weigher.of(language)
    score, usual, letters = 0.0, 0, 0
    for field in fields:
        text = unicodedata.normalize("NFC", field)
        for place, char in enumerate(text):
            if char.isascii():
                score += ASCII if char.isprintable() else NEVER
                continue
            before = text[place - 1] if place else " "
            after = text[place + 1] if place + 1 < len(text) else " "
            if char == "’" and APOSTROPHE.match(text, max(place - 2, 0), place + 4):
                before = after = " "
                score += FITTING_APOSTROPHE
            weight, is_usual = weigh.weigh(char, before, after)
            score += weight
            usual += is_usual
            letters += 1
    return score, usual, letters


@cache
def _is_encodable(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True)
class _Weigher:
    """How probable the letters of a language are."""

    weights: dict[str, float]
    pairs: frozenset[str]
    is_latin: bool
    is_ideographic: bool
    other: float
    standard: str = ""

    @classmethod
    @cache
    def of(cls, language: str) -> _Weigher:
        if language == SIGNS_ONLY:
            return cls({}, frozenset(), True, False, NEVER)
        known = LANGUAGES[language]
        is_latin, is_ideographic = bool(known.pairs), language in STANDARDS
        flat = 15 if is_ideographic else 2
        shares = [1 / (rank + flat) for rank in range(len(known.letters))]
        mass = (0.2 if is_latin else 0.9) / sum(shares)
        weights = {char: math.log(mass * share) for char, share in zip(known.letters, shares, strict=True)}
        other = math.log(0.04 / 4000 if is_ideographic else 1e-5)
        return cls(weights, known.pairs, is_latin, is_ideographic, other, STANDARDS.get(language, ""))

    def weigh(self, char: str, before: str, after: str) -> tuple[float, bool]:
        """The logarithm of a letter's probability between its neighbours, and whether it is a usual one."""
        if self.is_ideographic:
            return self._weigh_ideograph(char, before, after)
        small = char.lower()
        weight = self.weights.get(small[0])
        if weight is None:
            return self._weigh_other(char, before, after)
        is_usual = True
        if char != small:
            is_inside = before.isalpha() and not before.isupper()
            weight += -5.3 if is_inside else -1.4
            is_usual = not is_inside
        elif after.isupper() and not before.isupper():  # a small letter before a capital one
            weight -= 3.0
            is_usual = False
        elif before.isupper() and after.isupper():
            weight -= 3.0
        if self.is_latin and not (before.isalpha() or after.isalpha()) and (before.isdigit() or after.isdigit()):
            return weight - 6.0, False  # ú12.50 was £12.50
        if self.is_latin:
            left = before.lower() if before.isalpha() else "^"
            right = after.lower() if after.isalpha() else "$"
            weight += 0.3 if left + small in self.pairs else -2.0
            weight += 0.3 if small + right in self.pairs else -2.0
        elif (before.isalpha() and before.isascii()) or (after.isalpha() and after.isascii()):
            weight -= 6.0
            is_usual = False
        elif not (before.isalpha() or after.isalpha()):
            weight -= 3.0  # words of a single letter are seldom
        return weight, is_usual

    def _weigh_ideograph(self, char: str, before: str, after: str) -> tuple[float, bool]:
        is_beside_small = (before.isascii() and before.islower()) or (after.isascii() and after.islower())
        beside = -6.0 if is_beside_small else 0.0
        if (weight := self.weights.get(char)) is not None:
            return weight + beside, not is_beside_small
        if char in CJK_SIGNS:
            return CJK_SIGN + beside, not is_beside_small
        if unicodedata.category(char) in {"Co", "Cn", "Cc", "Cf"}:
            return NEVER, False
        is_script = "\uac00" <= char <= "\ud7a3" if self.standard == "euc_kr" else char.isalpha()
        if not is_script:
            return RARE_SIGN, False
        return (self.other if _is_encodable(char, self.standard) else BEYOND_STANDARD) + beside, False

    def _weigh_other(self, char: str, before: str, after: str) -> tuple[float, bool]:
        is_of_number = (char in "£€¥" and (before.isdigit() or after.isdigit())) or (
            char in "½¼¾¢" and before.isdigit()
        )
        if is_of_number or (char == "µ" and not before.isalpha() and after in set("mgslLAVMh")):
            return SIGN + (2.0 if char == "¢" else 3.0), True
        if char in SIGNS:
            is_between = before.isalpha() and after.isalpha()
            if is_between and char in "’·…":
                return SIGN - 2.0, True
            is_inside = is_between
            is_inside = is_inside or (after.isalpha() and char in "£€³²") or (before.isalpha() and char in "¿¡")
            return SIGN + (-6.0 if is_inside else 0.0), not is_inside or char in "–—"
        if unicodedata.category(char) in {"Co", "Cn", "Cc"}:
            return NEVER, False
        if char == "\xa0":
            return HARD_BLANK, True
        return (self.other if char.isalpha() else RARE_SIGN), False
