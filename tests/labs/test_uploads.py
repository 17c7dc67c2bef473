"""A lab's folder in a .zip is unpacked with care: what could harm is refused in words, and nothing of it stays."""

import io
import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

from iamlab.labs import content, uploads
from iamlab.labs.beginning import BEGINNING
from iamlab.labs.bounds import DEEPEST

LAB = {name: text.format(name="readers", title="Readers") for name, text in BEGINNING.items()}


def packed(files, top="readers/"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else top + name, data)
    return made


def found(files=LAB, **more):
    with uploads.unpacked(packed(files, **more)) as folder:
        return uploads.problems(folder)


def refusal(file):
    with pytest.raises(uploads.Unreadable) as caught, uploads.unpacked(file):
        raise AssertionError("it was unpacked")
    return str(caught.value)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Where temporary files go; nothing is left there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("top", ["", "readers/", "readers-main/"])
def test_a_lab_is_read_from_the_top_of_the_zip_or_from_its_one_folder_whatever_that_is_called(top):
    assert found(top=top) == []


@pytest.mark.parametrize("beside", ["__MACOSX/readers/._lab.yaml", "readers/.DS_Store", "readers/steps/Thumbs.db"])
def test_what_a_system_puts_beside_the_files_is_left_out(beside):
    assert found({**{f"readers/{name}": text for name, text in LAB.items()}, beside: b"\0\xff"}, top="") == []


@pytest.mark.slow
def test_every_shipped_lab_can_be_uploaded():
    wrong = {}
    for folder in content.folders():
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        errors = [str(one) for one in found(files) if one.severity == "error"]
        wrong |= {folder.name: errors} if errors else {}
    assert wrong == {}


@pytest.mark.parametrize(
    "name",
    [
        "../lab.yaml", "readers/../../lab.yaml", "/etc/lab.yaml", "C:/lab.yaml", "readers\\..\\lab.yaml",
        "readers/./lab.yaml", "readers//lab.yaml", "readers/st eps/1.md", "readers/\u202elmth.md", "a/b/c/d/e/f/g.md",
        "readers/" + 200 * "a", "readers/<b>.md", "~/lab.yaml",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_or_is_not_plain_is_refused(name, place):
    entry = zipfile.ZipInfo("placeholder")
    entry.filename = name
    assert "cannot be taken" in refusal(packed({**LAB, entry: "x"}))
    assert not (place.parent / "lab.yaml").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind):
    entry = zipfile.ZipInfo("readers/steps/link.md")
    entry.external_attr = (kind | 0o777) << 16
    assert "no plain file" in refusal(packed({**LAB, entry: "/etc/passwd"}))


def test_an_encrypted_file_is_refused():
    data = bytearray(packed(LAB).getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert "encrypted" in refusal(io.BytesIO(bytes(data)))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_whose_memory_nobody_bounds_is_refused(method):
    entry = zipfile.ZipInfo("readers/notes.md")
    entry.compress_type = method
    assert "ordinary .zip" in refusal(packed({**LAB, entry: "x"}))


def test_too_many_files_are_refused():
    assert "at most 300" in refusal(packed({**LAB, **{f"steps/{number}.md": "x" for number in range(300)}}))


def test_a_file_that_is_too_large_is_refused():
    assert "readers/steps/big.md is larger than 256 KiB" in refusal(packed({**LAB, "steps/big.md": b"a" * (2**18 + 1)}))


def test_all_files_together_are_bounded():
    many = {f"steps/{number}.md": b"a" * 2**18 for number in range(17)}
    assert "more than 4 MiB" in refusal(packed({**LAB, **many}))


def test_a_size_that_the_zip_tells_of_itself_is_not_believed():
    """The header says one byte, the data is ten million: what is read is bounded, whatever was said."""
    data = bytearray(packed({**LAB, "zeros.md": b"0" * 10**7}).getvalue())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.rindex(mark)
        assert struct.unpack_from("<L", data, at + offset) == (10**7,)
        struct.pack_into("<L", data, at + offset, 1)
    assert "damaged" in refusal(io.BytesIO(bytes(data)))


def test_the_same_name_twice_is_refused_in_whatever_case():
    assert "twice" in refusal(packed({**LAB, "LAB.yaml": "id: other"}))


@pytest.mark.parametrize(("data", "why"), [(b"caf\xe9", "not text in UTF-8"), (b"a\0b", "holds a NUL character")])
def test_what_is_no_text_is_refused(data, why):
    assert why in refusal(packed({**LAB, "steps/01-group.md": data}))


@pytest.mark.parametrize("data", [b"", b"PK", b"\x89PNG\r\n\x1a\n", b"PK\x05\x06", b"x" * 10_000])
def test_what_is_no_zip_is_refused(data):
    assert "no .zip file" in refusal(io.BytesIO(data))


def test_a_zip_cut_off_or_damaged_is_refused():
    data = packed(LAB).getvalue()
    assert "no .zip file" in refusal(io.BytesIO(data[: len(data) // 2]))
    harmed = data.replace(data[60:70], b"\xff" * 10, 1)
    assert "damaged" in refusal(io.BytesIO(harmed))


def test_a_file_where_a_folder_should_be_is_refused():
    assert "damaged" in refusal(packed({"steps": "x", **LAB}))


def test_a_zip_without_a_lab_is_told_so():
    assert "is empty" in refusal(packed({}))
    assert "no lab.yaml" in refusal(packed({"notes.md": "x"}))
    assert "no lab.yaml" in refusal(packed({"one/lab.yaml": "id: one", "two/lab.yaml": "id: two"}, top=""))


def said(**changed):
    return [str(one) for one in found({**LAB, **{name.replace("__", "."): text for name, text in changed.items()}})]


def test_nesting_that_would_end_the_process_is_a_problem_with_its_place():
    lines = "[" * 50_000 + "]" * 50_000
    assert said(start__yaml=lines) == [f"start.yaml:1:{DEEPEST}: error: this is nested deeper than {DEEPEST} levels"]


def test_aliases_that_multiply_are_a_problem():
    laughs = ["a0: &a0 [ha, ha]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "comes to more than 300,000 characters, aliases written out" in said(start__yaml="\n".join(laughs))[0]


def test_aliases_nested_in_each_other_are_a_problem():
    chain = ["a0: &a0 x"] + [f"a{n}: &a{n} [[[[[[*a{n - 1}]]]]]]" for n in range(1, 3000)]
    assert "nested deeper" in said(start__yaml="\n".join(chain))[0]


def test_an_alias_of_what_it_is_in_is_a_problem():
    assert said(start__yaml="- &me [*me]") == ["start.yaml:1:8: error: *me is a part of itself"]


@pytest.mark.parametrize(
    "value",
    ["2026-13-45", "!!int 0x", "!!python/object/apply:os.system [id]", f"{'9' * 5000}", '"a\\0b"', "? [a]\n  : b"],
)
def test_a_value_that_no_loader_takes_is_a_problem_and_no_crash(value):
    assert [line for line in said(start__yaml=f"- as: {value}\n") if line.startswith("start.yaml:1:")] != []


@pytest.mark.parametrize("value", [".inf", ".nan", "-.inf"])
def test_a_number_that_no_database_keeps_is_a_problem(value):
    text = LAB["lab.yaml"].replace("weight: 10", f"weight: {value}")
    assert any(": error: " in line for line in said(lab__yaml=text))


def test_a_step_text_outside_the_folder_is_none():
    for path in ("../../../../../etc/passwd", "/etc/passwd", "../readers/steps/01-group.md", "steps/../lab.yaml"):
        text = LAB["lab.yaml"].replace("steps/01-group.md", path)
        assert any("there is no file" in line for line in said(lab__yaml=text))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("id: readers", "id: Readers/../x", "an id is lower-case letters"),
        ("id: readers", f"id: {'r' * 41}", "an id is lower-case letters"),
        ("  - id: group", "  - id: a group", "an id is lower-case letters"),
        ("      - id: exists", '      - id: "<b>"', "an id is lower-case letters"),
        ("code: name-case", "code: name case", "a code is lower-case letters"),
        ("version: 1.0.0", 'version: "latest"', "a version is three numbers"),
        ("title: Readers", f"title: {'R' * 121}", "a title has at most 120 characters"),
    ],
)
def test_names_that_no_address_or_table_holds_are_problems(old, new, why):
    text = LAB["lab.yaml"]
    assert old in text
    assert any(why in line for line in said(lab__yaml=text.replace(old, new, 1)))


def test_a_line_that_would_be_read_over_and_over_is_a_problem():
    wrong = said(**{"steps/01-group__md": "![" * 501})
    assert wrong == ["steps/01-group.md:1:1001: error: a line has at most 1000 characters"]
    wrong = said(**{"steps/01-group__md": "word\n" * 4000})
    assert wrong == ["steps/01-group.md:1:1: error: a text has at most 16,384 characters"]


def test_a_text_stands_in_one_step_and_is_a_text():
    again = LAB["lab.yaml"] + "  - id: again\n    title: Again\n    text: steps/./01-group.md\n"
    assert any("the text of an earlier step too" in line for line in said(lab__yaml=again))
    other = LAB["lab.yaml"].replace("text: steps/01-group.md", "text: lab.yaml")
    assert any("a file called *.md, not lab.yaml" in line for line in said(lab__yaml=other))


def test_a_value_has_a_bounded_length():
    long = LAB["lab.yaml"].replace("title: Readers", f"title: {'R' * 10_001}", 1)
    assert said(lab__yaml=long) == ["lab.yaml:3:8: error: a value has at most 10,000 characters"]


def test_a_lab_has_so_many_steps_and_lines_and_no_more():
    steps = "".join(f"  - {{id: s{number}, title: T, text: steps/{number}.md}}\n" for number in range(100))
    wrong = said(lab__yaml=LAB["lab.yaml"] + steps)
    assert wrong == ["lab.yaml:1:1: error: a lab has at most 100 steps; this one has 101"]
    lines = "    - {as: root, run: aws iam list-users}\n" * 1000
    assert "at most 1000 lines" in said(solution__yaml=LAB["solution.yaml"] + lines)[0]


def test_the_folder_is_gone_also_where_reading_it_fails(place):
    with pytest.raises(ZeroDivisionError), uploads.unpacked(packed(LAB)) as folder:
        assert Path(place) in folder.parents
        raise ZeroDivisionError


def test_what_is_kept_of_a_lab_is_plain_json():
    with uploads.unpacked(packed({**LAB, "media/a.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"})) as folder:
        lab = uploads.read(folder)
    assert lab["id"] == "readers" and lab["media"].keys() == {"a.svg"} and lab["steps"][0]["markdown"].startswith("A ")
