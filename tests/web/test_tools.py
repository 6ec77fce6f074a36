"""The tools: one number, a list, a file; right and wrong; in pages and API."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient

RIGHT, WRONG = "978-957-678-771-3", "978-957-678-771-4"


def test_one_isbn_is_converted_and_hyphenated(client: TestClient) -> None:
    shown = client.get("/tools/isbn", params={"number": "9576787718"}).text
    assert "ISBN 978-957-678-771-3" in shown
    assert "957-678-771-8" in shown
    assert "Taiwan" in shown


def test_a_wrong_digit_is_named(client: TestClient) -> None:
    shown = client.get("/tools/isbn", params={"number": WRONG}).text
    assert "第 13 碼應為 3" in shown
    assert "Digit 13 should be 3".lower() in client.get(f"/tools/isbn?number={WRONG}&lang=en").text.lower()


def test_a_list_comes_back_as_page_and_as_file(client: TestClient) -> None:
    pasted = f"{RIGHT}\n\n{WRONG}\n=1+1\n9786260000000"
    shown = client.post("/tools/isbn", data={"numbers": pasted}).text
    assert shown.count("<tr>") == 5
    answer = client.post("/tools/isbn", data={"numbers": pasted, "output": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 5
    assert rows[1][1:5] == ["9789576787713", RIGHT, "9576787718", "957-678-771-8"]
    assert rows[3][0] == "'=1+1", "a spreadsheet must not take it for a formula"


def test_an_uploaded_file_of_thousands(client: TestClient) -> None:
    content = "\ufeffisbn,title\n" + "".join(f"{RIGHT},書{n}\n" for n in range(5000))
    answer = client.post("/tools/isbn", files={"file": ("list.csv", content.encode())}, data={"output": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 5002
    assert rows[-1][1] == "9789576787713"


def test_too_much_is_refused_with_the_limit(client: TestClient) -> None:
    assert client.post("/tools/isbn", data={"numbers": "1\n" * 20_001}).status_code == 413
    big = client.post("/tools/isbn", files={"file": ("big.txt", b"9" * 2_100_000)})
    assert big.status_code == 413
    assert "2 MB" in big.text


def test_isrc_in_its_parts(client: TestClient) -> None:
    shown = client.get("/tools/isrc", params={"number": "twzz92500001"}).text
    assert "TW-ZZ9-25-00001" in shown
    assert "僅供示範" in shown
    assert "第 6 碼應為數字" in client.get("/tools/isrc", params={"number": "TWA01X500001"}).text


def test_an_ebook_identifier_is_built_and_read(client: TestClient) -> None:
    parts = {"isbn": "9789576784453", "format": "EPUB", "maker": "BCD", "version": "27", "part": "5"}
    built = client.get("/tools/ebook-identifier", params=parts).text
    assert "ISBN 978-957-678-445-3(EPUB)_BCD_V27_PT5" in built
    read = client.get("/tools/ebook-identifier", params={"identifier": "ISBN 978-957-678-445-3(PDF)_V1_C2S3"}).text
    assert "第 2 章第 3 節" in read


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"isbn": WRONG, "format": "EPUB"}, "ISBN 不正確"),
        ({"isbn": RIGHT, "format": ""}, "檔案格式"),
        ({"isbn": RIGHT, "format": "PDF", "version": "x"}, "請填數字"),
        ({"isbn": RIGHT, "format": "PDF", "chapter": "1"}, "章與節須一併填寫"),
        ({"identifier": "nothing"}, "寫法不合"),
    ],
)
def test_wrong_parts_are_named(client: TestClient, parts: dict[str, str], said: str) -> None:
    answer = client.get("/tools/ebook-identifier", params=parts)
    assert answer.status_code == 200
    assert said in answer.text


def test_the_tools_as_json(client: TestClient) -> None:
    good = client.get("/api/v1/tools/isbn", params={"number": RIGHT}).json()
    assert (good["valid"], good["isbn10"], good["problem"]) == (True, "9576787718", None)
    bad = client.get("/api/v1/tools/isbn", params={"number": WRONG}).json()
    assert bad["valid"] is False
    assert "3" in bad["problem"]
    assert client.get("/api/v1/tools/isrc", params={"number": "TWA012500001"}).json()["year"] == 2025
    assert client.get("/api/v1/tools/ebook-identifier", params={"number": "x"}).status_code == 422
    assert client.get("/tools").status_code == 200


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5"])
def test_a_file_in_any_usual_encoding(client: TestClient, encoding: str) -> None:
    content = f"{RIGHT},書名\r\n{WRONG},另一本\r\n".encode(encoding)
    shown = client.post("/tools/isbn", files={"file": ("list.csv", content)}).text
    assert f"<td>{RIGHT}</td>" in shown and "第 13 碼應為 3" in shown and shown.count("<tr>") == 3


def test_a_workbook_is_told_to_be_saved_as_text(client: TestClient) -> None:
    answer = client.post("/tools/isbn", files={"file": ("list.xlsx", b"PK\x03\x04\x00\x00" * 50)})
    assert answer.status_code == 422 and "另存為 CSV" in answer.text


def test_the_api_says_in_chinese_what_is_missing(client: TestClient) -> None:
    answer = client.get("/api/v1/tools/isbn")
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"parameter": "number", "detail": "缺少這個參數。"}])
    wrong = client.get("/api/v1/suggest", params={"q": "a", "limit": "x"}).json()
    assert "Input should" not in str(wrong)


def test_a_list_and_the_building_of_identifiers_in_the_api(client: TestClient) -> None:
    answer = client.post("/api/v1/tools/isbn", json={"numbers": ["9576787718", WRONG, ""]}).json()
    assert (answer["total"], [item["valid"] for item in answer["items"]]) == (3, [True, False, False])
    assert answer["items"][0]["isbn13_hyphenated"] == RIGHT and "第 13 碼應為 3" in answer["items"][1]["problem"]
    assert client.post("/api/v1/tools/isbn", json={"numbers": ["1"] * 20_001}).status_code == 422
    parts: dict[str, str | int] = {"isbn": "9789576784453", "format": "EPUB", "maker": "BCD", "version": 1}
    build = "/api/v1/tools/ebook-identifier/build"
    built = client.get(build, params={**parts, "chapter": 1, "section": 1}).json()["identifier"]
    assert built == "ISBN 978-957-678-445-3(EPUB)_BCD_V1_C1S1"
    read = client.get("/api/v1/tools/ebook-identifier", params={"number": built}).json()
    assert (read["isbn"], read["chapter"], read["identifier"]) == ("9789576784453", 1, built)
    for wrong in ({"chapter": 1}, {"maker": "bcd"}, {"version": 1000}, {"isbn": WRONG}, {"part": 0}):
        assert client.get(build, params={**parts, **wrong}).status_code == 422, wrong


def test_the_description_of_the_api_is_in_one_language(client: TestClient) -> None:
    described = [
        parameter["description"]
        for operations in client.get("/api/openapi.json").json()["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if "description" in parameter
    ]
    assert len(described) > 30
    assert [text for text in described if not text.isascii()] == []
