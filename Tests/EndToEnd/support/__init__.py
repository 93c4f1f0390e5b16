"""Helpers that speak the product."""

import pytest

pytest.register_assert_rewrite(*(f"support.{name}" for name in (
    "contract", "api", "socket", "person", "raw", "processes", "browser", "postgres", "installation", "talker")))
