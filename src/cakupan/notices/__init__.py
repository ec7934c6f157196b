"""Who is told what about a night: letters to offices, the data team's summary, how feeds stand, the outbox."""

from cakupan.notices.attention import NeedsAttention, Refused, feeds_needing_attention
from cakupan.notices.figures import Figures, read_figures
from cakupan.notices.information import Information, read_information
from cakupan.notices.message import DATA_TEAM, Message, shown
from cakupan.notices.office import office_message
from cakupan.notices.states import STATE_WORDS, FeedState, feed_states
from cakupan.notices.summary import late_marts_message, summary_message
from cakupan.notices.telling import Kept, NotSent, Send, outbox, tell

__all__ = [
    "DATA_TEAM",
    "STATE_WORDS",
    "FeedState",
    "Figures",
    "Information",
    "Kept",
    "Message",
    "NeedsAttention",
    "NotSent",
    "Refused",
    "Send",
    "feed_states",
    "feeds_needing_attention",
    "late_marts_message",
    "office_message",
    "outbox",
    "read_figures",
    "read_information",
    "shown",
    "summary_message",
    "tell",
]
