"""Who is told what about a night: letters to offices, the data team's summary, how feeds stand, the outbox."""

from cakupan.notices.message import DATA_TEAM, Message, shown
from cakupan.notices.noticed import Noticed, noticed
from cakupan.notices.office import office_message
from cakupan.notices.standing import Refused, Standing, standings
from cakupan.notices.states import FeedState, feed_states
from cakupan.notices.summary import late_marts_message, summary_message
from cakupan.notices.telling import Kept, NotSent, Send, outbox, tell

__all__ = [
    "DATA_TEAM",
    "FeedState",
    "Kept",
    "Message",
    "NotSent",
    "Noticed",
    "Refused",
    "Send",
    "Standing",
    "feed_states",
    "late_marts_message",
    "noticed",
    "office_message",
    "outbox",
    "shown",
    "standings",
    "summary_message",
    "tell",
]
