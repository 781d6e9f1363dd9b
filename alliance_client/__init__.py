"""The member's side of Alliance: it turns indicators into digests, uploads clues and reads collisions.

`Alliance` is the SDK, `alliance` the command; README.md beside this file documents both.
"""

from alliance_client.errors import AllianceError
from alliance_client.sdk import Alliance

__all__ = ["Alliance", "AllianceError"]
