"""Draws bag.svg of docs/guides/embeddings.md and towers.svg of docs/guides/recommenders.md."""

from svg import CELL, INK, PALE, TOUCHED, Drawing


def bag():
    """A bag of ids as a csr row, the rows of the embedding that it names, and their weighted sum."""
    d = Drawing(960, 330, "A bag of ids becomes one vector: the weighted sum of the rows that it names")
    d.text(30, 40, "A bag: a csr row", weight="bold")
    d.text(30, 60, "columns are ids, values are weights", 13, PALE)
    d.text(90, 118, "ids", anchor="end")
    d.row(105, 95, [1, 4, 6], [TOUCHED] * 3)
    d.text(90, 158, "weights", anchor="end")
    d.row(105, 135, [1, 2, 1], [TOUCHED] * 3)
    d.arrow(230, 150, 300, 150)
    d.text(330, 40, "The embedding", weight="bold")
    d.text(330, 60, "a vector for each id", 13, PALE)
    values = {1: (3, 0, 1), 4: (1, 2, 0), 6: (0, 1, 1)}
    for i in range(7):
        on = i in values
        d.text(347, 75 + i * CELL + 22, i, 12, INK if on else PALE, "end", "bold" if on else "normal")
        d.row(355, 75 + i * CELL, values.get(i, [None] * 3), [TOUCHED if on else "#eef1f4"] * 3)
    d.text(540, 40, "The rows that it names", weight="bold")
    d.text(540, 60, "times their weights", 13, PALE)
    for i, weight in ((1, 1), (4, 2), (6, 1)):
        y = 75 + i * CELL
        d.arrow(465, y + 17, 530, y + 17)
        d.text(540, y + 22, f"{weight} ×")
        d.row(575, y, values[i], [TOUCHED] * 3)
        d.arrow(685, y + 17, 745, 194)
    d.text(760, 40, "One vector", weight="bold")
    d.text(760, 60, 'combiner="sum"', 13, PALE)
    total = [sum(w * values[i][k] for i, w in ((1, 1), (4, 2), (6, 1))) for k in range(3)]
    d.row(760, 177, total, [TOUCHED] * 3)
    d.text(760, 240, "“mean” divides by 1 + 2 + 1,", 13, PALE)
    d.text(760, 260, "“sqrtn” by √(1² + 2² + 1²)", 13, PALE)
    d.save("bag.svg")


def towers():
    """Two towers: what is known of a user and of an item becomes a vector each, and their product is the score."""
    d = Drawing(960, 300, "Two towers: a vector for the user, a vector for the item, and their product")

    def box(x, y, width, words, small, fill):
        d.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="52" rx="8" fill="{fill}" stroke="#c3ccd5"/>')
        d.text(x + width / 2, y + 23, words, anchor="middle", weight="bold")
        d.text(x + width / 2, y + 42, small, 12, PALE, "middle")

    user, item = "#cfe3f7", "#d3efd3"
    box(30, 50, 190, "history of a user", "csr: the items so far", user)
    box(290, 50, 170, "Embedding, Dense", "the user's tower", user)
    box(530, 50, 130, "vector", "16 values", user)
    box(30, 150, 190, "item, its kind", "ids and features", item)
    box(290, 150, 170, "Embedding, Dense", "the item's tower", item)
    box(530, 150, 130, "vector", "16 values", item)
    box(760, 100, 150, "product", "the score of the pair", TOUCHED)
    for y in (76, 176):
        d.arrow(222, y, 286, y)
        d.arrow(462, y, 526, y)
    d.arrow(662, 76, 756, 118)
    d.arrow(662, 176, 756, 134)
    d.text(30, 245, "The towers meet only in the last product. So the vectors of all items can be made once,")
    d.text(30, 267, "and a new user or a new item has a vector as soon as something is known of it.")
    d.save("towers.svg")


if __name__ == "__main__":
    bag()
    towers()
