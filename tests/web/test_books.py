"""The book pages: results, facets, record, MARC view, ISBN, downloads, errors."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import parse_qsl, quote, urlsplit

import pymarc
import pytest
import segno
from fastapi.testclient import TestClient
from lxml import etree, html

from shuyin.search_api.dependencies import SESSION_COOKIE
from tests.web.catalogue import TOTAL, Site, isbn


def page(client: TestClient, address: str, status: int = 200, **headers: str) -> html.HtmlElement:
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"].startswith("text/html")
    return html.fromstring(answer.text)


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def titles(root: html.HtmlElement) -> list[str]:
    return [text(h) for h in root.cssselect(".hit h2")]


def test_home_says_what_the_collection_is(client: TestClient) -> None:
    root = page(client, "/")
    assert f"{TOTAL} 筆書目" in text(root)
    assert len(root.cssselect(".strip > li")) == 12
    numbers = {text(a)[0]: int(text(a.cssselect(".figures")[0])) for a in root.cssselect(".classes a")}
    assert numbers["0"] == 1 and numbers["8"] == 26
    assert sum(numbers.values()) == TOTAL


def test_a_search_finds_the_report_and_marks_the_words(client: TestClient) -> None:
    root = page(client, "/books?q=期刊")
    assert titles(root)[0].startswith("臺灣期刊資源學術能量風貌報告")
    assert "期刊" in [text(m) for m in root.cssselect(".hit h2 mark")]
    assert "978-957-678-771-3" in text(root.cssselect(".hit")[0])


@pytest.mark.parametrize("query", ["台湾期刊", "臺灣期刊", "9789576787713", "957-678-771-8", "ISBN 978-957-678-771-3"])
def test_any_script_and_any_form_of_isbn(client: TestClient, query: str) -> None:
    assert titles(page(client, f"/books?q={query}"))[0].startswith("臺灣期刊")


def test_facets_have_counts_that_the_ticked_list_bears_out(client: TestClient) -> None:
    root = page(client, "/books?per_page=100")
    boxes = root.cssselect("#facets input[type=checkbox]")
    checked = 0
    for box in boxes:
        name, value = box.get("name"), box.get("value")
        count = int(text(box.getparent().cssselect(".n")[0]).replace(",", ""))
        ticked = page(client, f"/books?{name}={value}")
        assert re.search(rf"共 {count} 筆", text(ticked.cssselect("#count")[0])), (name, value)
        checked += 1
    assert checked > 30


def test_two_values_of_a_facet_are_or_and_excluding_takes_away(client: TestClient) -> None:
    def total(address: str) -> int:
        found = re.search(r"共 ([\d,]+) 筆", text(page(client, address).cssselect("#count")[0]))
        assert found
        return int(found[1].replace(",", ""))

    ebooks, audio = total("/books?f.format=ebook"), total("/books?f.format=audiobook")
    assert total("/books?f.format=ebook&f.format=audiobook") == ebooks + audio
    assert total("/books?-f.format=audiobook") == TOTAL - audio
    assert total("/books?f.format=audiobook&f.language=jpn") < audio


def test_a_ticked_class_opens_its_level_below(client: TestClient) -> None:
    def shown(address: str) -> list[str]:
        return [box.get("value") for box in page(client, address).cssselect("#facets input[name='f.class']")]

    assert shown("/books") == [str(d) for d in range(10) if str(d) not in "1257"]
    assert [v for v in shown("/books?f.class=8") if v.startswith("8")] == ["8", "83", "85"]
    assert [v for v in shown("/books?f.class=85") if v.startswith("8")] == ["8", "83", "85", "859"]


def test_every_control_keeps_the_rest_of_the_state(client: TestClient) -> None:
    root = page(
        client, "/books?q=臺灣&title=小書&f.format=print&-f.language=jpn&from=2018&sort=newest&per_page=10&mode=hybrid"
    )
    form = root.get_element_by_id("refine")
    sent = [(i.get("name"), i.get("value")) for i in form.cssselect("input")]
    sent += [(i.get("name"), i.get("value")) for i in root.cssselect("input[form=refine][type=checkbox][checked]")]
    sent += [(i.get("name"), i.get("value")) for i in root.cssselect("input[form=refine][type=text]") if i.get("value")]
    sent += [
        (s.get("name"), s.cssselect("option[selected]")[0].get("value")) for s in root.cssselect("select[form=refine]")
    ]
    permalink = root.cssselect("link[rel=canonical]")[0].get("href")
    assert sorted(sent) == sorted(parse_qsl(urlsplit(permalink).query))


def test_paging_covers_every_record_once_and_the_end_is_said(client: TestClient) -> None:
    seen = [h for n in range(1, 8) for h in titles(page(client, f"/books?sort=title&page={n}"))]
    assert len(seen) == TOTAL == len(set(seen))
    beyond = page(client, "/books?sort=title&page=8", 404)
    assert "最後一頁是第 7 頁" in text(beyond)
    assert "/books?sort=title&page=7" in [a.get("href") for a in beyond.cssselect("a")]


def test_bad_values_get_a_page_that_names_them(client: TestClient) -> None:
    root = page(client, "/books?page=x&f.colour=red", 422)
    assert "f.colour" in text(root) and "不是頁碼" in text(root)


@pytest.mark.parametrize(
    "query", ["！？。", "📚", "*", "NOT NOT (", "%00", "長" * 2000, "<script>alert(1)</script>", "%F0%9F"]
)
def test_odd_input_gets_an_answer(client: TestClient, query: str) -> None:
    root = page(client, f"/books?q={query}")
    assert not root.cssselect("main script")
    assert text(root.cssselect("#count")[0])


def test_chips_take_one_condition_away(client: TestClient) -> None:
    root = page(client, "/books?q=臺灣&f.format=print&-f.language=jpn&author=作者1&from=2019&to=2024")
    chips = [(text(c), c.get("href")) for c in root.cssselect("a.chip")]
    assert [label for label, _ in chips] == [
        "作者 作者1 ×",
        "出版形式 紙本書 ×",
        "語言 日文 ×",
        "出版日期 2019 – 2024 ×",
        "清除篩選",
    ]
    for _, address in chips:
        page(client, address)


def test_nothing_found_says_what_to_do(client: TestClient) -> None:
    root = page(client, "/books?q=不存在的書名測試&f.format=print")
    assert "沒有找到" in text(root.cssselect("#count")[0])
    assert any("q=" in a.get("href") and "f.format" not in a.get("href") for a in root.cssselect(".empty a"))


def test_record_page_shows_every_binding_and_every_heading(client: TestClient, site: Site) -> None:
    root = page(client, f"/books/{site.report}")
    assert text(root.cssselect("h1")[0]) == "臺灣期刊資源學術能量風貌報告 2025年"
    rows = [[text(cell) for cell in row.cssselect("td")] for row in root.cssselect("table tbody tr")]
    assert rows[0] == ["978-957-678-771-3", "平裝", "NT$300", "120面", "26公分", "已送存"]
    assert rows[1][:3] == ["978-957-678-772-0", "PDF", "NT$150"]
    headings = {text(li.cssselect("a")[0]): text(li) for li in root.cssselect(".headings li")}
    assert "機器建議" not in headings["期刊"]
    assert "機器建議" in headings["文獻計量學"]
    assert "011.016" in headings
    form = next(term for term in root.cssselect("dt") if text(term) == "出版形式")
    assert text(form.getnext()) == "紙本書、電子書"
    whole = text(root)
    for fact in (
        "國家圖書館",
        "2025 年 4 月（民國 114 年）",
        "初版",
        "成人(學術)",
        "114004670",
        "學術期刊",
        "本書說明",
    ):
        assert fact in whole
    assert "期刊資源\n" in root.cssselect("#contents + p")[0].text_content()


def test_links_of_the_record_page_lead_back_to_it(client: TestClient, site: Site) -> None:
    root = page(client, f"/books/{site.report}")
    links = [a.get("href") for a in root.cssselect("article .main a")]
    links = [address for address in links if address.startswith(("/books?", "/browse/"))]
    assert len(links) >= 10
    for address in links:
        found = page(client, address).cssselect(f"main a[href='/books/{site.report}']")
        assert any(text(a).startswith("臺灣期刊") for a in found), address


def test_marc_view_and_files(client: TestClient, site: Site) -> None:
    root = page(client, f"/books/{site.report}/marc")
    rows = {text(tr.cssselect("th")[0]): text(tr) for tr in root.cssselect(".marc tbody tr")}
    assert "題名及著者敘述" in rows["245"] and "臺灣期刊" in rows["245"]
    assert "=245" in root.cssselect("pre")[0].text_content()
    raw = client.get(f"/books/{site.report}/marc.mrc")
    assert raw.headers["content-type"] == "application/marc"
    record = pymarc.Record(raw.content, force_utf8=True)
    assert record["084"]["a"] == "011.016"
    xml = client.get(f"/books/{site.report}/marc.xml")
    tree = etree.fromstring(xml.content)
    titles_in_xml = tree.xpath(
        "//m:datafield[@tag='245']/m:subfield[@code='a']/text()", namespaces={"m": tree.nsmap[None]}
    )
    assert titles_in_xml[0].startswith("臺灣期刊")


@pytest.mark.parametrize(
    "number", ["9789576787713", "978-957-678-771-3", "9576787718", "957-678-771-8", "9789576787720"]
)
def test_an_isbn_opens_its_record(client: TestClient, site: Site, number: str) -> None:
    answer = client.get(f"/isbn/{number}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/books/{site.report}")


@pytest.mark.parametrize("number", ["9789999999991", "abc", "978957678771"])
def test_an_unknown_isbn_is_a_404_that_says_so(client: TestClient, number: str) -> None:
    assert "沒有這個 ISBN" in text(page(client, f"/isbn/{number}", 404))


@pytest.mark.parametrize("number", ["999999", "0", "-1", "abc", "1e9", "9" * 30])
def test_an_unknown_record_is_a_404(client: TestClient, number: str) -> None:
    assert "沒有編號" in text(page(client, f"/books/{number}", 404))
    assert page(client, f"/books/{number}/marc", 404) is not None
    assert client.get(f"/covers/{number}.svg").status_code == 404


def test_ticked_records_download_within_the_limit(client: TestClient, site: Site) -> None:
    ids = list(site.ids.values())

    def ask(count: int, form: str = "isbn", **headers: str) -> object:
        query = "&".join(f"id={i}" for i in ids[:count])
        return client.get(f"/books/export?format={form}&{query}", headers=headers)

    assert len(ask(10).text.split()) == 11  # the report has two ISBNs
    refused = ask(11)
    assert refused.status_code == 422
    assert "10 筆" in refused.text and "100 筆" in refused.text
    client.cookies.set(SESSION_COOKIE, site.sign_in())
    assert len(ask(100).text.split()) == 101
    assert ask(101).status_code == 422


def test_csv_is_safe_for_excel(client: TestClient, site: Site) -> None:
    answer = client.get(f"/books/export?format=csv&id={site.report}")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(r["isbn"], r["price"]) for r in rows] == [("9789576787713", "NT$300"), ("9789576787720", "NT$150")]
    assert rows[0]["class_number"] == "011.016\t"  # the tab keeps the zero in spreadsheets


def test_all_results_can_be_had_where_they_are_few(client: TestClient) -> None:
    root = page(client, "/books?q=期刊資源")
    form = "&".join(f"{i.get('name')}={i.get('value')}" for i in root.cssselect("#export input"))
    assert [b.get("value") for b in root.cssselect(".export button")] == ["ticked", "all"]
    everything = client.get(f"/books/export?{form}&format=isbn&choose=all&id=2")
    assert everything.text.split() == ["9789576787713", "9789576787720"]
    assert client.get(f"/books/export?{form}&format=isbn&choose=ticked").status_code == 422
    assert [b.get("value") for b in page(client, "/books?q=臺灣").cssselect(".export button")] == ["ticked"]
    assert client.get("/books/export?q=臺灣").status_code == 422
    assert client.get("/books/export").status_code == 422
    assert client.get("/books/export?format=docx&id=1").status_code == 422


def test_rows_join_from_the_top_and_stand_in_the_form_again(client: TestClient) -> None:
    rows = (
        "row.op=and&row.field=title&row.text=歷史"
        "&row.op=or&row.field=title&row.text=地理"
        "&row.op=not&row.field=author&row.text=作者1"
    )
    found = titles(page(client, f"/books?{rows}&per_page=50"))
    expected = {
        f"臺灣{t}小書第{n + 1}冊"
        for n in range(TOTAL - 1)
        for t in ("歷史", "地理")
        if n % 10 == ("歷史", "地理").index(t) and n % 7 != 1
    }
    assert set(found) == expected
    form = page(client, f"/books/advanced?{rows}")
    assert [i.get("value") for i in form.cssselect("input[name='row.text']")][:3] == ["歷史", "地理", "作者1"]


def test_results_with_twenty_hits_stay_small(client: TestClient) -> None:
    answer = client.get("/books?q=臺灣&f.class=8&f.class=3&-f.language=jpn", headers={"accept-encoding": "identity"})
    root = html.fromstring(answer.text)
    assert len(root.cssselect(".hit")) == 20
    assert len(answer.content) <= 60_000
    assert len(root.cssselect("link[rel=stylesheet]")) == 1


def test_htmx_gets_the_permalink_for_the_address_bar(client: TestClient) -> None:
    answer = client.get("/books?q=a&from=&to=&sort=relevance", headers={"HX-Request": "true"})
    assert answer.headers["HX-Push-Url"] == "/books?q=a"


def test_suggestions_are_options_of_a_listbox(client: TestClient) -> None:
    root = html.fromstring(
        "<ul>" + client.get("/books/suggest?q=臺灣期", headers={"HX-Target": "q-list"}).text + "</ul>"
    )
    options = root.cssselect("li[role=option]")
    assert any("臺灣期刊" in text(o) for o in options)
    assert options[0].get("id") == "q-list-1"
    assert client.get("/books/suggest?q=").text.strip() == ""


def test_cover_of_any_book_may_be_kept_for_a_day(client: TestClient, site: Site) -> None:
    answer = client.get(f"/covers/{site.ids['small-3']}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "max-age=86400" in answer.headers["cache-control"]
    assert isbn(3).startswith("978626")


def test_a_search_without_hits_says_what_it_loosened(client: TestClient) -> None:
    filtered = page(client, "/books?q=歷史&f.language=kor")
    assert "已略過篩選條件" in text(filtered.cssselect("#relaxed + p")[0])
    assert len(titles(filtered)) == 5
    assert filtered.cssselect(".hit input") == []
    elsewhere = page(client, "/books?author=植物")
    assert "已改查所有欄位" in text(elsewhere.cssselect("#relaxed + p")[0])
    loosened = elsewhere.cssselect("#relaxed + p a")[0].get("href")
    assert all("植物" in t for t in titles(page(client, loosened)))
    partly = page(client, "/books?q=臺灣音樂小書毫無關係")
    assert "只符合部分的詞" in text(partly.cssselect("#relaxed + p")[0])
    assert "音樂" in titles(partly)[0]


def test_all_values_of_a_facet_can_be_looked_through(client: TestClient) -> None:
    root = page(client, "/books?q=臺灣&f.format=print")
    more = [b.get("formaction") for b in root.cssselect("button.more")]
    assert "/books/facets/subject" in more
    listed = page(client, "/books/facets/subject?q=臺灣&f.format=print&f.subject=歷史")
    boxes = {b.get("value"): b for b in listed.cssselect("input[type=checkbox]")}
    assert len(boxes) == 12 and boxes["歷史"].get("checked") is not None
    carried = [
        (i.get("name"), i.get("value")) for i in listed.cssselect("form[action='/books'].stack input[type=hidden]")
    ]
    assert carried == [("q", "臺灣"), ("f.format", "print")]
    found = page(client, "/books/facets/subject?look_up=历史")
    assert [b.get("value") for b in found.cssselect("input[type=checkbox]")] == ["歷史"]
    assert "沒有符合的值" in text(page(client, "/books/facets/subject?look_up=沒有"))
    assert page(client, "/books/facets/colour", 404) is not None


def test_the_way_of_searching_is_a_choice_that_is_explained(client: TestClient) -> None:
    root = page(client, "/books?q=期刊&mode=semantic")
    assert "意思相近" in text(root.cssselect(".notice")[0])
    assert root.cssselect("#mode option[selected]")[0].get("value") == "semantic"
    assert root.cssselect(".searchbox input[name=mode]")[0].get("value") == "semantic"  # the next search too
    assert titles(root)
    assert not page(client, "/books?q=期刊").cssselect(".searchbox input[name=mode]")
    by_words = page(client, "/books?isbn=9789576787713&mode=semantic")
    assert "已改用關鍵字" in text(by_words.cssselect(".notice")[0])


def test_few_hits_offer_the_search_by_meaning(client: TestClient) -> None:
    links = page(client, "/books?q=期刊&f.format=print").cssselect("a[href*='mode=hybrid']")
    assert len(links) == 1 and "f.format=print" in links[0].get("href", "")
    assert not page(client, "/books?q=期刊&mode=hybrid").cssselect(".notice a[href*='mode=hybrid']")
    assert not page(client, "/books?title=期刊").cssselect("a[href*='mode=hybrid']")


def test_a_record_leads_to_the_pages_of_what_it_names(client: TestClient, site: Site) -> None:
    record = client.get(f"/books/{site.report}").text
    followed = 0
    for name, label in (("authors", "國家圖書館"), ("publishers", "國家圖書館"), ("series", "國家圖書館期刊叢刊"),
                        ("subjects", "期刊"), ("classes", "011.016")):  # fmt: skip
        address = f"/browse/{name}/{quote(label)}"
        assert f'href="{address}"' in record
        entry = client.get(address).text
        assert f"/books/{site.report}" in entry
        followed += 1
    assert followed == 5


def test_a_record_can_be_shared(client: TestClient, site: Site) -> None:
    record = client.get(f"/books/{site.report}").text
    for expected in (
        '<meta property="og:title"', '<meta property="og:image" content="http://catalogue.test/covers/',
        '<meta property="book:isbn" content="9789576787720">', '<meta property="og:description"',
        'content="http://catalogue.test/books/', "MLA 9", "Z3988", "application/ld+json",
    ):  # fmt: skip
        assert expected in record, expected
    code = client.get(f"/books/{site.report}/qr.svg")
    assert code.headers["content-type"] == "image/svg+xml"
    assert code.content.startswith(b"<svg")
    drawn = segno.make(f"http://catalogue.test/books/{site.report}", error="m", micro=False)
    assert code.content.count(b"<path") == 2  # the ground and the marks
    assert drawn.svg_inline(scale=4, border=4, dark="#000", light="#fff").split('d="')[2].split('"')[0] in code.text
    assert client.get("/books/999999/qr.svg").status_code == 404
