from __future__ import annotations

import gzip
import ipaddress
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.address import check_address, is_public
from corpus.errors import RefusedAddressError, SourceUnreachableError
from corpus.fetch import USER_AGENT, Clock, Fetcher, GoneError, Limits, RejectedError
from corpus.robots import read_robots
from corpus.source import Source
from tests.corpus.site import Site, answer, in_turn


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


Open = Callable[..., Fetcher]


@pytest.fixture
def open_fetcher(tmp_path: Path, clock: FakeTime) -> Iterator[Open]:
    opened: list[Fetcher] = []

    def make(limits: Limits | None = None, **keys: object) -> Fetcher:
        options = {"allow_loopback": True, "clock": clock.clock(), **keys}
        opened.append(Fetcher(tmp_path / "cache", limits=limits or Limits(), **options))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for fetcher in opened:
        fetcher.close()


@pytest.fixture
def fetcher(open_fetcher: Open) -> Fetcher:
    return open_fetcher()


# What is sent and received


def test_a_page_comes_with_its_validators_and_its_final_address(site: Site, fetcher: Fetcher) -> None:
    url = site.add("/a", "été", Content_Type="text/html; charset=UTF-8", ETag='"1"', Last_Modified="hier")

    fetched = fetcher.get(url, site.source())

    assert fetched.content.decode() == "été"
    assert (fetched.url, fetched.etag, fetched.last_modified) == (url, '"1"', "hier")
    assert (fetched.charset, fetched.not_modified) == ("utf-8", False)


def test_requests_say_who_asks(site: Site, fetcher: Fetcher) -> None:
    fetcher.get(site.add("/a", "x"), site.source())

    assert {headers["User-Agent"] for _, headers in site.asked} == {USER_AGENT}
    assert site.asked[-1][1]["Host"] == f"127.0.0.1:{site.port}"


def test_a_page_that_has_not_changed_is_given_from_the_copy(site: Site, open_fetcher: Open) -> None:
    first = answer(200, "texte", ETag='"1"', Content_Type="text/html")
    site.pages["/a"] = in_turn(first, answer(304))
    open_fetcher().get(site.root + "/a", site.source())

    again = open_fetcher().get(site.root + "/a", site.source())

    assert (again.content, again.not_modified, again.content_type) == (b"texte", True, "text/html")
    assert site.asked[-1][1]["If-None-Match"] == '"1"'


def test_a_damaged_copy_is_never_used(site: Site, open_fetcher: Open, tmp_path: Path) -> None:
    url = site.add("/a", "texte", ETag='"1"')
    open_fetcher().get(url, site.source())
    for body in (tmp_path / "cache").glob("*.body"):
        body.write_bytes(b"autre chose")

    fetched = open_fetcher().get(url, site.source())

    assert (fetched.content, fetched.not_modified) == (b"texte", False)
    assert "If-None-Match" not in site.asked[-1][1]


# Downloads


def test_a_download_appears_whole_or_not_at_all(site: Site, fetcher: Fetcher, tmp_path: Path) -> None:
    def broken(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"debut")
        request.close_connection = True

    target = tmp_path / "files" / "a.zip"
    target.parent.mkdir()
    target.write_bytes(b"ancien")
    site.pages["/a.zip"] = broken

    with pytest.raises(SourceUnreachableError):
        fetcher.download(site.root + "/a.zip", site.source("dila"), target)

    assert target.read_bytes() == b"ancien"
    assert list(target.parent.iterdir()) == [target]


def test_a_download_is_not_repeated_while_the_server_says_it_is_current(
    site: Site, fetcher: Fetcher, tmp_path: Path
) -> None:
    target = tmp_path / "a.zip"
    site.pages["/a.zip"] = in_turn(answer(200, b"zip", Last_Modified="lundi"), answer(304), answer(200, b"neuf"))
    url = site.root + "/a.zip"

    first = fetcher.download(url, site.source("dila"), target)
    second = fetcher.download(url, site.source("dila"), target)
    kept = target.read_bytes()
    target.unlink()
    third = fetcher.download(url, site.source("dila"), target)

    assert [first.not_modified, second.not_modified, third.not_modified] == [False, True, False]
    assert (kept, target.read_bytes()) == (b"zip", b"neuf")
    assert "If-Modified-Since" not in site.asked[-1][1]


# Limits


def test_a_body_larger_than_the_limit_is_refused(site: Site, fetcher: Fetcher, tmp_path: Path) -> None:
    url = site.add("/a", b"x" * 2000)

    with pytest.raises(SourceUnreachableError, match="limite"):
        fetcher.get(url, site.source(), max_bytes=1999)
    with pytest.raises(SourceUnreachableError, match="limite"):
        fetcher.download(url, site.source(), tmp_path / "a", max_bytes=1999)
    assert not (tmp_path / "a").exists()


def test_the_limit_holds_on_a_body_without_announced_length(site: Site, fetcher: Fetcher) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(2000):
            request.wfile.write(b"x" * 1000)

    site.pages["/a"] = endless

    with pytest.raises(SourceUnreachableError, match="limite"):
        fetcher.get(site.root + "/a", site.source(), max_bytes=50_000)


def test_the_limit_counts_bytes_after_decompression(site: Site, fetcher: Fetcher) -> None:
    url = site.add("/a", gzip.compress(b"0" * 3_000_000), Content_Encoding="gzip")

    with pytest.raises(SourceUnreachableError, match="limite"):
        fetcher.get(url, site.source(), max_bytes=1_000_000)


@pytest.mark.parametrize("drip", ["headers", "body"])
def test_a_server_that_sends_a_byte_now_and_then_is_cut_at_the_deadline(
    site: Site, open_fetcher: Open, drip: str
) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X-A: " if drip == "headers" else b"\r\n"))
        for _ in range(100):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.05)

    site.pages["/a"] = slow
    started = time.monotonic()

    with pytest.raises(SourceUnreachableError, match="secondes"):
        open_fetcher(Limits(page_total_s=0.4, read_s=5)).get(site.root + "/a", site.source("gbfs"))

    assert time.monotonic() - started < 4  # the whole drip takes 5 s


def test_a_silent_server_is_left_at_the_read_timeout(site: Site, open_fetcher: Open) -> None:
    site.pages["/a"] = lambda _: time.sleep(1)

    with pytest.raises(SourceUnreachableError, match="ne répond pas"):
        open_fetcher(Limits(read_s=0.1, attempts=1)).get(site.root + "/a", site.source("gbfs"))


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://www.paris.fr/",
        "ftp://www.paris.fr/",
        "file:///etc/passwd",
        "//www.paris.fr/",
        "https://www.paris.fr.example.org/",
        "https://autrewww.paris.fr/",
        "https://x.www.paris.fr/",
        "https://paris.fr/",
        "https://user:secret@www.paris.fr/",
        "https://www.paris.fr:8443/",
        "https://www.paris.fr:99999/",
        "https://[::1/",
        "https://",
        "",
    ],
)
def test_only_https_addresses_of_listed_hosts_are_accepted(url: str) -> None:
    source = Source(name="s", kind="site", publisher="p", licence="l", hosts=("www.paris.fr",))

    with pytest.raises(RefusedAddressError):
        check_address(url, source, resolver=lambda *_: ["93.184.216.34"])


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_listed_host_that_leads_to_a_private_network_is_refused(address: str) -> None:
    source = Source(name="s", kind="site", publisher="p", licence="l", hosts=("www.paris.fr",))

    with pytest.raises(RefusedAddressError, match="réseau privé"):
        check_address("https://www.paris.fr/", source, resolver=lambda *_: ["93.184.216.34", address])


@given(st.ip_addresses())
def test_no_private_address_is_ever_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public(address)


def test_loopback_is_refused_outside_tests(site: Site, open_fetcher: Open) -> None:
    url = site.add("/a", "x")

    with pytest.raises(RefusedAddressError):
        open_fetcher(allow_loopback=False).get(url, site.source())
    assert site.asked == []


def test_a_host_without_address_is_unreachable(open_fetcher: Open) -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    source = Source(name="s", kind="gbfs", publisher="p", licence="l", hosts=("absent.example",))

    with pytest.raises(SourceUnreachableError, match="introuvable"):
        open_fetcher(resolver=unknown).get("https://absent.example/", source)


def test_the_connection_goes_to_the_address_that_was_checked(site: Site, open_fetcher: Open) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    site.pages["/a"] = answer(200, "x")
    source = site.source("gbfs", hosts=("ville.example",))

    fetched = open_fetcher(resolver=lambda *_: next(answers)).get(f"http://ville.example:{site.port}/a", source)

    assert fetched.content == b"x"
    assert fetched.url == f"http://ville.example:{site.port}/a"
    assert site.asked[-1][1]["Host"] == f"ville.example:{site.port}"


# Redirects


def test_a_redirect_inside_the_list_is_followed(site: Site, fetcher: Fetcher) -> None:
    site.pages["/old"] = answer(301, Location="/new#part")
    url = site.add("/new", "x")

    assert fetcher.get(site.root + "/old", site.source()).url == url


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "https://example.org/",
        "file:///etc/passwd",
        "http://[::ffff:127.0.0.1]/",
        "http://[",
    ],
)
def test_a_redirect_outside_the_list_is_refused(site: Site, fetcher: Fetcher, location: str) -> None:
    site.pages["/a"] = answer(302, Location=location)

    with pytest.raises(RefusedAddressError):
        fetcher.get(site.root + "/a", site.source())


def test_a_listed_name_that_leads_to_the_metadata_service_is_refused_on_redirect(
    site: Site, open_fetcher: Open
) -> None:
    site.pages["/a"] = answer(302, Location="http://interne.example/")
    places = {"127.0.0.1": ["127.0.0.1"], "interne.example": ["169.254.169.254"]}
    source = site.source("gbfs", hosts=tuple(places))

    with pytest.raises(RefusedAddressError, match="réseau privé"):
        open_fetcher(resolver=lambda host, _: places[host]).get(site.root + "/a", source)


def test_a_loop_of_redirects_ends(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = answer(302, Location="/a")

    with pytest.raises(RefusedAddressError, match="redirige plus de 5 fois"):
        fetcher.get(site.root + "/a", site.source("gbfs"))
    assert len(site.asked) == 6


# Patience


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_tried_again(site: Site, fetcher: Fetcher, status: int) -> None:
    site.pages["/a"] = in_turn(answer(status), answer(200, "x"))

    assert fetcher.get(site.root + "/a", site.source("gbfs")).content == b"x"


def test_a_lasting_failure_ends_after_the_attempts_allowed(site: Site, open_fetcher: Open) -> None:
    site.pages["/a"] = answer(503)

    with pytest.raises(SourceUnreachableError, match="indisponible"):
        open_fetcher(Limits(attempts=3)).get(site.root + "/a", site.source("gbfs"))
    assert len(site.asked) == 3


@pytest.mark.parametrize(("status", "error"), [(404, GoneError), (410, GoneError), (403, RejectedError)])
def test_a_refusal_is_not_asked_again(
    site: Site, fetcher: Fetcher, status: int, error: type[SourceUnreachableError]
) -> None:
    site.pages["/a"] = answer(status)

    with pytest.raises(error):
        fetcher.get(site.root + "/a", site.source("gbfs"))
    assert len(site.asked) == 1


@pytest.mark.parametrize(("asked", "slept"), [("3", 3), ("86400", 60), ("Wed, 21 Oct 2065 07:28:00 GMT", 60)])
def test_the_wait_asked_by_the_server_is_kept_up_to_a_limit(
    site: Site, fetcher: Fetcher, clock: FakeTime, asked: str, slept: float
) -> None:
    site.pages["/a"] = in_turn(answer(503, Retry_After=asked), answer(200, "x"))

    fetcher.get(site.root + "/a", site.source("gbfs"))

    assert clock.slept == [slept]


def test_two_requests_to_a_host_are_spaced(site: Site, fetcher: Fetcher, clock: FakeTime) -> None:
    url = site.add("/a", "x")
    source = site.source("gbfs", delay_s=2.0)

    for _ in range(3):
        fetcher.get(url, source)

    assert clock.slept == [2.0, 2.0]


def test_a_closed_port_is_unreachable(site: Site, open_fetcher: Open) -> None:
    with pytest.raises(SourceUnreachableError, match="ne répond pas"):
        open_fetcher(Limits(attempts=2)).get("http://127.0.0.1:1/", site.source("gbfs"))


def test_every_error_of_httpx_becomes_one_of_ours(
    site: Site, open_fetcher: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [kind for kind in vars(httpx).values() if isinstance(kind, type) and issubclass(kind, httpx.TransportError)]
    fetcher = open_fetcher(Limits(attempts=1))
    for kind in kinds:

        def fail(*_: object, raised: type[httpx.TransportError] = kind, **__: object) -> None:
            raise raised("ailleurs")

        monkeypatch.setattr(httpx.Client, "send", fail)
        with pytest.raises(SourceUnreachableError):
            fetcher.get(site.root + "/a", site.source("gbfs"))
    assert len(kinds) > 10


# robots.txt


def test_a_page_disallowed_by_robots_is_not_asked(site: Site, fetcher: Fetcher) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /prive/\n")
    url = site.add("/prive/a", "x")

    with pytest.raises(RefusedAddressError, match=r"robots\.txt"):
        fetcher.get(url, site.source())
    assert site.paths() == ["/robots.txt"]


def test_a_redirect_to_a_disallowed_page_is_not_followed(site: Site, fetcher: Fetcher) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /prive/\n")
    site.pages["/a"] = answer(302, Location="/prive/a")

    with pytest.raises(RefusedAddressError, match=r"robots\.txt"):
        fetcher.get(site.root + "/a", site.source())
    assert "/prive/a" not in site.paths()


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (429, False)])
def test_robots_that_cannot_be_read_allow_all_or_nothing(
    site: Site, fetcher: Fetcher, status: int, *, allowed: bool
) -> None:
    site.pages["/robots.txt"] = answer(status)

    assert fetcher.robots(site.add("/a", "x"), site.source()).allows(site.root + "/a") is allowed


def test_robots_are_read_once_and_their_delay_is_kept(site: Site, fetcher: Fetcher, clock: FakeTime) -> None:
    site.add("/robots.txt", "User-agent: Cite\nCrawl-delay: 7\n")
    url = site.add("/a", "x")

    fetcher.get(url, site.source())
    fetcher.get(url, site.source())

    assert site.paths() == ["/robots.txt", "/a", "/a"]
    assert clock.slept == [7.0]


def test_an_excessive_delay_stops_the_crawl_with_a_reason(site: Site, fetcher: Fetcher) -> None:
    site.add("/robots.txt", "User-agent: *\nCrawl-delay: 3600\n")

    with pytest.raises(SourceUnreachableError, match="3600 secondes"):
        fetcher.get(site.add("/a", "x"), site.source())


def test_an_endless_robots_file_is_cut(site: Site, fetcher: Fetcher) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /prive/\n" + "#" * 600_000)

    assert not fetcher.robots(site.root + "/a", site.source()).allows(site.root + "/prive/")


def test_feeds_made_for_programs_do_not_need_robots(site: Site, fetcher: Fetcher) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /\n")

    assert fetcher.get(site.add("/api", "{}"), site.source("opendatasoft")).content == b"{}"


ROBOTS = """
User-agent: *
Disallow: /explore/dataset/*/download
Disallow: /*.pdf$
Disallow: /recherche?
Disallow: /caf%C3%A9
Allow: /recherche?aide=1

User-agent: Autre
User-agent: Cite
Disallow: /a
Allow: /a/b
Disallow:

Sitemap: https://ville.example/plan.xml
"""


@pytest.mark.parametrize(
    ("robot", "path", "allowed"),
    [
        ("inconnu", "/explore/dataset/x/download?format=csv", False),
        ("inconnu", "/explore/dataset/x/", True),
        ("inconnu", "/a.pdf", False),
        ("inconnu", "/a.pdf?page=2", True),
        ("inconnu", "/recherche?q=x", False),
        ("inconnu", "/recherche?aide=1", True),
        ("inconnu", "/recherche", True),
        ("inconnu", "/café", False),
        ("Cite", "/a", False),
        ("Cite", "/a/b/c", True),
        ("Cite", "/explore/dataset/x/download", True),
    ],
)
def test_the_longest_rule_of_the_named_group_decides(robot: str, path: str, *, allowed: bool) -> None:
    robots = read_robots(ROBOTS, robot)

    assert robots.allows("https://ville.example" + path) is allowed
    assert robots.sitemaps == ("https://ville.example/plan.xml",)


@given(st.text(max_size=300))
def test_any_text_is_read_as_robots(text: str) -> None:
    read_robots(text, "Cite").allows("https://ville.example/a?b")


def test_a_rule_full_of_stars_does_not_hold_the_reader() -> None:
    robots = read_robots("User-agent: *\nDisallow: /" + "*a" * 2000 + "$", "Cite")

    # Tried star by star in every place, this would not end before the tests are stopped.
    assert robots.allows("https://ville.example/" + "a" * 1999 + "b")
