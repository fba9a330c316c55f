from __future__ import annotations

from lambdalab import images
from lambdalab.show.image_layers import layers_table


def test_the_table_tells_what_each_layer_adds_takes_away_and_weighs() -> None:
    layers = [
        images.layer({f"/opt/{name}": name for name in "abcde"}),
        images.layer({"/var/task/key.pem": "secret"}),
        images.layer({}, removed=["/var/task/key.pem"]),
    ]
    image = images.build(*layers)
    table = layers_table(image)
    assert [row[3:] for row in table.rows] == [
        ("/opt/a, /opt/b, /opt/c and 2 more", "–"),
        ("/var/task/key.pem", "–"),
        ("–", "/var/task/key.pem"),
    ]
    assert [row[2] for row in table.rows] == [f"{len(layer)}\u00a0B" for layer in layers]
    assert [row[1] for row in table.rows] == [images.digest(layer)[7:19] for layer in layers]
    assert f"{sum(map(len, layers))}\u00a0B together" in table.caption and image.digest[7:19] in table.caption


def test_an_image_without_layers_is_an_empty_table() -> None:
    assert layers_table(images.build()).rows == ()
