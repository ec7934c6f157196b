"""Who is told what about a night: letters to the offices, the data team's summary, the outbox that keeps them all."""

from cakupan.notices.message import DATA_TEAM, Message
from cakupan.notices.office import office_message
from cakupan.notices.outbox import Kept, NotSent, Send, outbox, tell
from cakupan.notices.summary import late_marts_message, summary_message
from cakupan.notices.wording import Language

__all__ = [
    "DATA_TEAM",
    "Kept",
    "Language",
    "Message",
    "NotSent",
    "Send",
    "late_marts_message",
    "office_message",
    "outbox",
    "summary_message",
    "tell",
]
