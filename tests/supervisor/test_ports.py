import socket

from supervisor.ports import ANY, Wish, is_free, pick


def busy_port() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def free_port() -> int:
    """One that no outgoing connection is given meanwhile."""
    return pick({"any": Wish("", 0)}, lambda _: None)["any"]


def test_a_free_port_is_taken_as_wished_and_nothing_is_said() -> None:
    port = free_port()
    said: list[str] = []
    assert pick({"api": Wish("the API", port)}, said.append) == {"api": port}
    assert said == []


def test_a_busy_port_is_replaced_and_said_in_one_line() -> None:
    said: list[str] = []
    with busy_port() as listener:
        port = listener.getsockname()[1]
        chosen = pick({"api": Wish("the API", port)}, said.append)["api"]
        assert not is_free(port)
    assert chosen != port
    assert is_free(chosen)
    assert said == [f"  Port {port} is busy, so the API uses {chosen}."]


def test_two_who_wish_the_same_get_different_ports() -> None:
    port = free_port()
    chosen = pick({"a": Wish("A", port), "b": Wish("B", port), "c": Wish("C", 0)}, lambda _: None)
    assert len(set(chosen.values())) == 3


def test_any_port_is_one_that_no_outgoing_connection_is_given() -> None:
    chosen = pick({str(n): Wish("", 0) for n in range(10)}, lambda _: None)
    assert set(chosen.values()) < set(ANY)
