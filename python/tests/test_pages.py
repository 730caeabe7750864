"""Every block of code in README.md and in the pages of docs/ runs; tools/pages.py says how."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("scipy")
ROOT = pathlib.Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("pages", ROOT / "tools/pages.py")
pages = sys.modules["pages"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(pages)
_WITH_CODE = [str(path.relative_to(ROOT)) for path in pages.pages() if "```" in path.read_text(encoding="utf-8")]


def run(path):
    return subprocess.run(
        [sys.executable, ROOT / "tools/pages.py", path], capture_output=True, text=True, timeout=300, cwd=ROOT
    )


@pytest.mark.parametrize("page", _WITH_CODE)
def test_page(page):
    done = run(ROOT / page)
    assert done.returncode == 0, done.stderr
    print(done.stderr)


@pytest.mark.parametrize(
    ("page", "error"),
    {
        "python": ("# A page\n\n```python\nx = 1\nassert x == 2\n```\n", "page.md:5: assert x == 2"),
        "error of python's": ("```python\nx = (\n```\n", "page.md:2"),
        "exit": ("```python\nimport sys\nsys.exit(0)\n```\n", "page.md:3: sys.exit(0)"),
        "in a comment": ("<!--\n```python\nassert False\n```\n-->\n", "page.md:3: assert False"),
        "in a list": ("- A\n\n  ```python\n  if True:\n      assert False\n  ```\n", "page.md:5: assert False"),
        "bash": ("```bash\ntrue\nfalse | cat\n```\n", "page.md:2: the block returned 1"),
        "console": ("```console\n$ echo 12 34\n12…5\n```\n", "page.md:2: echo 12 34\nmust print\n12…5"),
        "cpp": ("```cpp\nint main() {\n  return undefined;\n}\n```\n", "page.md:3"),
        "program": ("```cpp\nint main() { return 3; }\n```\n", "page.md:2: the program returned 3"),
        "fragment": ("```cpp\nint x = 1;\n```\nA\n```cpp\nif (x == 1)\n  y = 2;\n```\n", "page.md:7"),
        "c": ("```c\nint main(void) { return 5; }\n```\n", "page.md:2: the program returned 5"),
        "cmake": ("```cmake\nfind_package(lacuna 0.1 REQUIRED)\nproject(other)\n```\n", "project(other)"),
        "language": ("```rust\n```\n", "Received: 'rust'"),
        "none": ("```\nx\n```\n", "Received: ''"),
        "open": ("```python\nx = 1\n", "not closed"),
    }.values(),
)
def test_a_fault_is_found_where_it_is(tmp_path, page, error):
    (tmp_path / "page.md").write_text(page, encoding="utf-8")
    done = run(tmp_path / "page.md")
    assert done.returncode == 1 and error in done.stderr, done.stderr


def test_what_is_right_passes(tmp_path):
    (tmp_path / "page.md").write_text(
        """```python
def twice(x):
    return 2 * x
```
```{toctree}
not code
```
```python
import inspect, pickle
assert pickle.loads(pickle.dumps(twice))(2) == 4 and "2 * x" in inspect.getsource(twice)
open("made", "w").write("12 34")
```
```bash
grep -q 12 made
```
```console
$ cat made
12…4
$ python -c \\
> "import lacuna"
```
```cpp
#include <lacuna/lacuna.h>
struct Three {
  int value = 3;
};
```
```text
foreign code
```
```cpp
using namespace lacuna;
const Three three;
for (int i = 0; i < 3; ++i) {
  using layers::Dense;
  Dense dense(three.value);
}
```
""",
        encoding="utf-8",
    )
    done = run(tmp_path / "page.md")
    assert done.returncode == 0, done.stderr
