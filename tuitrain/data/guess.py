"""TargetGuess which column of a table is the one to predict, and say why and what else it may be.

`N` rows. What columns hold is judged by the first rows alone, so that a preview guesses as the whole table does.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from tuitrain.data.table import NEAR_UNIQUE, Column, Table
from tuitrain.translation import gettext as _

LOOKED_AT = 2000  # rows
FEW_VALUES = 10
MOST_OTHERS = 3
EVENT, BY_PLACE = 80, 10  # scores: of a name such as survived; of standing last, beside a weaker name
LEAST_ROWS = 20  # fewer may be numbered, or different, by chance

# In the order in which they are preferred. Korean, Chinese, Japanese, German, French, Spanish, Italian, Portuguese,
# Dutch, Polish, Russian beside English.
TARGETS = (
    "target", "label", "labels", "y", "목표", "타겟", "타깃", "라벨", "레이블", "정답", "종속변수", "目标", "标签",
    "目標", "標籤", "ラベル", "正解", "目的変数", "ziel", "zielvariable", "zielgröße", "cible", "étiquette",
    "objetivo", "etiqueta", "obiettivo", "etichetta", "alvo", "rótulo", "doel", "cel", "etykieta", "цель", "метка",
    "response", "outcome", "ground truth", "dependent",
)  # fmt: skip
EVENTS = (
    "survived", "churn", "churned", "attrition", "exited", "left", "default", "defaulted", "fraud", "fraudulent",
    "spam", "diagnosis", "converted", "conversion", "clicked", "purchased", "bought", "subscribed", "cancelled",
    "canceled", "approved", "accepted", "rejected", "readmitted", "died", "death", "deceased", "alive", "failure",
    "failed", "defect", "defective", "passed", "won", "winner", "returned", "responded", "sold", "malignant",
    "positive", "disease", "stroke", "이탈", "해지", "생존", "사망", "부도", "연체", "사기", "합격", "불량", "구매",
    "구매여부", "流失", "违约", "解約", "kündigung", "überlebt", "ausfall", "betrug", "survécu", "défaut", "fraude",
    "abandono", "sobrevivió", "impago",
)  # fmt: skip
CLASSES = (
    "class", "species", "category", "cultivar", "variety", "digit", "output", "result", "클래스", "분류", "품종",
    "등급", "类别", "類別", "分类", "クラス", "分類", "klasse", "kategorie", "classe", "clase", "categoría",
    "categoria", "klasa", "класс",
)  # fmt: skip
QUANTITIES = (
    "price", "sales", "value", "cost", "revenue", "profit",
    "charges", "salary", "wage", "mpg", "medv", "quality", "strength", "demand", "yield", "rent",
    "가격", "매출", "판매량", "판매", "연봉", "급여", "요금", "价格", "销量", "価格", "売上", "preis", "umsatz",
    "gehalt", "miete", "ertrag", "prix", "ventes", "salaire", "precio", "ventas", "salario", "prezzo", "vendite",
    "preço", "cena", "цена",
)  # fmt: skip
IDS = (
    "id", "ids", "uuid", "guid", "index", "idx", "key", "nr", "no", "번호", "아이디", "编号", "編號", "番号", "rowid",
)  # fmt: skip
TIMES = (
    "date", "time", "datetime", "timestamp", "year", "epoch", "날짜", "일자", "일시", "연도", "日期", "時間", "日付",
)  # fmt: skip
WORD_ENDS = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class TargetGuess:
    """The column `name`, why it is that one, and `others` that it may be as well, the likeliest first."""

    name: str
    why: str
    others: tuple[str, ...] = ()


def guess_target(table: Table) -> TargetGuess:
    """TargetGuess the column to predict: by what its name says, else the last one that can be a target.

    A name counts only for what the column holds: `left` with two values, `price` with numbers. A date, an id, a text
    that is different in nearly every row, and a column without variety are no targets, unless one is called so.
    """
    has_places = {"x", "y", "z"} <= {name.casefold() for name in table.names}
    scored = [(*_score(table, place, has_places), place) for place in range(len(table.columns))]
    best, why, chosen = max(scored, key=lambda item: (item[0], item[2]))
    chosen = chosen if best > 0 else len(scored) - 1
    others = [(score, place) for score, _why, place in scored if place != chosen and _is_candidate(table, place, score)]
    others.sort(key=lambda item: (-item[0], -item[1]))
    names = tuple(table.columns[place].name for _score, place in others[:MOST_OTHERS])
    return TargetGuess(table.columns[chosen].name, why if best > 0 else _("it is the last column"), names)


def words_of(name: str) -> list[str]:
    """Split a name into words, in lower case: ``isFraud_flag`` is is, fraud, flag."""
    pieces = WORD_ENDS.split(unicodedata.normalize("NFC", name))
    return [word.casefold() for word in pieces if word]


def is_id_name(name: str) -> bool:
    """Whether a column is called an id: ``id``, ``customer_id``, ``PatientID``, ``고객번호``."""
    words = words_of(name)
    return bool(words) and (words[-1] in IDS or name.casefold().endswith(("번호", "아이디", "编号", "番号")))


def is_time_name(name: str) -> bool:
    """Whether a column is called a date or a time."""
    return any(word in TIMES for word in words_of(name))


def is_near_unique(column: Column) -> bool:
    """Whether it is a text that is different in nearly every row."""
    if column.kind != "text":
        return False
    present = [value for value in column.values if value is not None]
    return len(set(present)) > FEW_VALUES and len(set(present)) >= NEAR_UNIQUE * len(present)


def is_counter(column: Column) -> bool:
    """Whether it numbers the rows: whole numbers without gaps, each once, in any order."""
    if column.kind != "number" or len(column) < LEAST_ROWS or is_time_name(column.name):
        return False
    low, high = column.values.min(), column.values.max()  # NaN if any is missing
    if high - low != len(column) - 1 or (column.values != np.round(column.values)).any():
        return False
    seen = np.zeros(len(column), bool)
    seen[(column.values - low).astype(np.int64)] = True
    return bool(seen.all())


def _score(table: Table, place: int, has_places: bool) -> tuple[float, str]:
    """Return how likely a column is the target, 0 and below for one that cannot be, and why.

    With `has_places`, there are columns x, y and z, which are places.
    """
    column = table.columns[place]
    named, is_called = _named(column, has_places)
    is_last = place == len(table.columns) - 1
    if not is_called and (named or is_last) and not _can_be_target(column):
        return -1, ""
    if named:
        return named + is_last * (BY_PLACE if named < EVENT else 0), _("its name is a usual one")
    if is_last:
        return 35, _("it is the last column")
    later = table.columns[place + 1 :][:4]
    if len(later) <= 3 and not any(map(_can_be_target, later)) and _can_be_target(column):
        return 30, _("it is the last column but for what can be no target")
    return 0, ""


def _named(column: Column, has_places: bool) -> tuple[float, bool]:
    """Return how strongly the name says that this is the target, and whether it is a plain word for it."""
    words = words_of(column.name)
    whole = " ".join(words)
    if whole in TARGETS and not (whole == "y" and has_places):
        return 100 - TARGETS.index(whole) / len(TARGETS), True
    if any(word in EVENTS for word in (*words, whole)) and _distinct(column) <= FEW_VALUES:
        first = min(EVENTS.index(word) for word in (*words, whole) if word in EVENTS)
        return EVENT + (whole in EVENTS) - first / len(EVENTS), whole in EVENTS
    if any(word in TARGETS and word != "y" for word in words) and not is_id_name(column.name):
        return 70, False
    if whole in CLASSES:
        return 65 - CLASSES.index(whole) / len(CLASSES), True
    if column.kind == "number" and words and words[-1] in QUANTITIES and _distinct(column) > FEW_VALUES:
        return 50 + (whole in QUANTITIES), False
    return 0, False


def _is_candidate(table: Table, place: int, score: float) -> bool:
    """Whether a column that was not chosen may be the target as well: by its name, or since it has few values."""
    column = table.columns[place]
    if score >= 50:
        return True
    return column.kind in {"boolean", "text"} and 2 <= _distinct(column) <= FEW_VALUES


def _can_be_target(column: Column) -> bool:
    head = _head(column)
    is_unlike = column.kind == "date" or is_near_unique(head) or is_counter(head) or is_id_name(column.name)
    is_unlike = is_unlike or (column.kind == "text" and _distinct(column) > max(FEW_VALUES, len(head) / 2))
    return not is_unlike and _distinct(column) > 1


def _head(column: Column) -> Column:
    return column if len(column) <= LOOKED_AT else column.take(np.arange(LOOKED_AT))


def _distinct(column: Column) -> int:
    head = _head(column)
    present = head.values[~head.missing]
    return len(set(present)) if column.kind == "text" else len(np.unique(present))
