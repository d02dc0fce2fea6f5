from __future__ import annotations

from typing import Any

from bench.load.http.cookies import Jar
from bench.load.http.response import Headers

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
URL = "http://127.0.0.1:8000"


def setting(*cookies: str) -> Headers:
    return Headers([(b"Set-Cookie", one.encode()) for one in cookies])


def test_cookies_are_sent_back_where_they_belong() -> None:
    jar = Jar()
    jar.take(f"{URL}/login", setting("a=1; Path=/", "b=2; Path=/shop", "c=3; Secure"))
    assert jar.header_for(f"{URL}/") == "a=1"
    assert jar.header_for(f"{URL}/shop/1?q") == "b=2; a=1"
    assert jar.header_for("http://127.0.0.2:8000/") == ""


def test_a_cookie_may_be_changed_removed_and_set_by_hand() -> None:
    jar = Jar()
    jar.take(f"{URL}/", setting("a=1"))
    assert jar.header_for(f"{URL}/x") == "a=1"
    jar.take(f"{URL}/", setting("a=2"))
    assert jar.header_for(f"{URL}/x") == "a=2"
    jar.take(f"{URL}/", setting("a=2; Max-Age=0"))
    assert jar.header_for(f"{URL}/x") == ""
    jar.take(f"{URL}/", setting("b=1"))
    jar.clear()
    assert jar.header_for(f"{URL}/x") == ""


def test_what_has_expired_is_not_sent_from_memory() -> None:
    moment = [0.0]
    jar = Jar(clock=lambda: moment[0])
    jar.take(f"{URL}/", setting("long=1", "short=2; Expires=Fri, 01 Jan 2100 00:00:00 GMT"))
    assert jar.header_for(f"{URL}/") == "long=1; short=2"
    assert jar._good_until_s == 4_102_444_800
    jar._headers = {f"{URL}/": "from memory"}
    assert jar.header_for(f"{URL}/") == "from memory"
    moment[0] = 4_102_444_801.0
    assert jar.header_for(f"{URL}/") != "from memory"


def test_paths_without_end_are_not_all_remembered() -> None:
    jar = Jar()
    jar.take(f"{URL}/", setting("a=1"))
    assert {jar.header_for(f"{URL}/{number}") for number in range(1000)} == {"a=1"}
    assert len(jar._headers) <= 256


def test_a_client_keeps_its_cookies_and_other_clients_do_not_see_them(play: Any) -> None:
    seen: list[bytes] = []
    login = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=7; Path=/\r\nContent-Length: 0\r\n\r\n"
    scene = play(play.answering(login, OK, OK, OK, seen=seen))
    scene.client.post("/login")
    scene.client.get("/a")
    scene.client.get("/b", headers={"Cookie": "mine=1"})
    scene.client.cookies.clear()
    scene.client.get("/c")
    assert b"Cookie: id=7\r\n" in seen[1]
    assert b"Cookie: mine=1\r\n" in seen[2]
    assert b"id=7" not in seen[2]
    assert b"Cookie" not in seen[3]
    other, _ = play.client_of(scene.server.url)
    assert list(other.cookies) == []
    assert other.cookiejar is other.cookies


def test_a_redirect_that_sets_a_cookie_gets_it_back(play: Any) -> None:
    seen: list[bytes] = []
    login = (
        b"HTTP/1.1 302 X\r\nLocation: /home\r\nSet-Cookie: id=7; Path=/\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    scene = play(play.answering(login, OK, seen=seen))
    assert scene.client.post("/login", data={"name": "me"}).content == b"ok"
    assert b"Cookie: id=7\r\n" in seen[1]
