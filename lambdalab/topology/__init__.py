"""The topology: what is wired to what, whether it is allowed, and what has already passed along each wire.

On AWS each service knows its own rules, and no page shows them together. Here the configuration of all services is read
through boto3, each wire is judged by the policy that decides on it, and the journal says which were used. `lab.map()`
draws it. Left out: what is not made of AWS's resources, and EventBridge Scheduler.
"""

from lambdalab.topology.model import BROKEN, DID, MAY, NOT_REACHED, Arrow, Node, Topology
from lambdalab.topology.reading import read

__all__ = ["BROKEN", "DID", "MAY", "NOT_REACHED", "Arrow", "Node", "Topology", "read"]
