"""Draws storages.svg and sparse_step.svg of docs/guides/sparse_data.md."""

from svg import CELL, INK, PALE, TOUCHED, Drawing

ROWS = ("#cfe3f7", "#fbe3b5", "#d3efd3", "#f3d2e6")  # A colour for each row of the matrix.
MATRIX = ((0, 2, 0, 0, 1, 0), (0, 0, 0, 0, 0, 0), (7, 0, 0, 0, 0, 3), (0, 0, 4, 0, 0, 0))
ROW_MATRIX = ((0, 0, 0), (5, 1, 8), (0, 0, 0), (2, 0, 6))


def storages():
    """One matrix dense and as csr; another one dense and as row_sparse."""
    d = Drawing(960, 500, "A matrix as dense, csr and row_sparse tensors")
    d.text(30, 40, "dense: every value", weight="bold")
    d.text(30, 60, "24 numbers, 19 of them zeros", 13, PALE)
    for i, values in enumerate(MATRIX):
        d.text(22, 80 + i * CELL + 22, i, 12, PALE, "end")
        for j, value in enumerate(values):
            d.cell(30 + j * CELL, 80 + i * CELL, value, ROWS[i] if value else "#ffffff", INK if value else PALE)
    d.arrow(255, 148, 305, 148)
    d.text(330, 40, "csr: the stored values of each row", weight="bold")
    d.text(330, 60, "for data: words of texts, categories, user × item", 13, PALE)
    stored = [(value, j, i) for i, values in enumerate(MATRIX) for j, value in enumerate(values) if value]
    fills = [ROWS[i] for _, _, i in stored]
    d.text(400, 103, "data", anchor="end")
    d.row(415, 80, [value for value, _, _ in stored], fills)
    d.text(605, 103, "the values, row after row", 13, PALE)
    d.text(400, 143, "indices", anchor="end")
    d.row(415, 120, [j for _, j, _ in stored], fills)
    d.text(605, 143, "the column of each value", 13, PALE)
    d.text(400, 183, "indptr", anchor="end")
    d.row(415, 160, [0, 2, 2, 4, 5], ["#f4f6f8"] * 5)
    d.text(605, 183, "row i has the entries from indptr[i] up to indptr[i + 1]", 13, PALE)
    d.text(605, 203, "row 1 has none: from 2 up to 2", 13, PALE)

    d.text(30, 280, "dense", weight="bold")
    d.text(30, 300, "most rows have only zeros", 13, PALE)
    for i, values in enumerate(ROW_MATRIX):
        d.text(22, 320 + i * CELL + 22, i, 12, PALE, "end")
        full = any(values)
        for j, value in enumerate(values):
            d.cell(30 + j * CELL, 320 + i * CELL, value, ROWS[i] if full else "#ffffff", INK if full else PALE)
    d.arrow(255, 388, 305, 388)
    d.text(330, 280, "row_sparse: some rows, whole", weight="bold")
    d.text(330, 300, "for gradients: a batch has gradients for the few rows of a weight that it read", 13, PALE)
    d.text(400, 344, "row ids", anchor="end")
    d.cell(415, 320, 1, ROWS[1])
    d.cell(415, 320 + CELL, 3, ROWS[3])
    d.text(510, 344, "rows", anchor="end")
    for k, i in enumerate((1, 3)):
        d.row(525, 320 + k * CELL, ROW_MATRIX[i], [ROWS[i]] * 3)
    d.text(645, 344, "each stored row has all of its values,", 13, PALE)
    d.text(645, 364, "zeros among them", 13, PALE)
    d.save("storages.svg")


def step():
    """What a training step reads and writes of a weight."""
    d = Drawing(960, 400, "A training step reads and updates only the rows of the weight that the batch names")
    batch = ((0, 1, 0, 0, 0, 0, 2, 0), (0, 0, 0, 0, 0, 0, 1, 0), (0, 3, 0, 0, 1, 0, 0, 0))
    touched = (1, 4, 6)
    d.text(30, 40, "1. The batch names columns", weight="bold")
    d.text(30, 60, "csr, 3 rows × 8 columns", 13, PALE)
    for j in range(8):
        mark = "bold" if j in touched else "normal"
        d.text(30 + j * CELL + CELL / 2, 88, j, 12, INK if j in touched else PALE, "middle", mark)
    for i, values in enumerate(batch):
        for j, value in enumerate(values):
            d.cell(30 + j * CELL, 95 + i * CELL, value or None, TOUCHED if value else "#ffffff")
    d.text(30, 225, "columns 1, 4 and 6 have entries", 13, PALE)

    d.text(350, 40, "2. It reads their rows", weight="bold")
    d.text(350, 60, "kernel, 8 rows × 3 units", 13, PALE)
    for i in range(8):
        on = i in touched
        d.text(382, 95 + i * CELL + 22, i, 12, INK if on else PALE, "end", "bold" if on else "normal")
        for j in range(3):
            d.cell(390 + j * CELL, 95 + i * CELL, "w" if on else None, TOUCHED if on else "#eef1f4")

    d.text(570, 40, "3. They get gradients", weight="bold")
    d.text(570, 60, "row_sparse: ids and rows", 13, PALE)
    for i in touched:
        d.cell(570, 95 + i * CELL, i, TOUCHED)
        for j in range(3):
            d.cell(615 + j * CELL, 95 + i * CELL, "∇", TOUCHED)

    d.text(770, 40, "4. The optimizer", weight="bold")
    d.text(770, 58, "moves these rows", weight="bold")
    for i in touched:
        for j in range(3):
            d.cell(800 + j * CELL, 95 + i * CELL, "w′", TOUCHED)
        d.arrow(500, 95 + i * CELL + 17, 562, 95 + i * CELL + 17)
        d.arrow(725, 95 + i * CELL + 17, 792, 95 + i * CELL + 17)
    d.arrow(306, 146, 362, 146)
    d.text(30, 390, "Gray rows cost nothing in this step.", 14)
    d.save("sparse_step.svg")


if __name__ == "__main__":
    storages()
    step()
