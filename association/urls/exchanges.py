"""Exchanges with a team, and the outbox."""

from django.urls import path

from association.listing.urls import listing_urls
from association.lists import OutboxList
from association.views import exchanges as views

urlpatterns = [
    path("equipes/<int:pk>/echanges/", views.team_exchanges, name="team_exchanges"),
    path("equipes/<int:pk>/echanges/noter/", views.exchange_write, name="exchange_write"),
    path("equipes/<int:pk>/echanges/message/", views.message_write, name="message_write"),
    path("echanges/<int:pk>/relance/", views.exchange_follow_up, name="exchange_follow_up"),
    path("echanges/<int:pk>/relance/faite/", views.exchange_followed_up, name="exchange_followed_up"),
    *listing_urls("boite-d-envoi/", OutboxList),
    path("boite-d-envoi/<int:pk>/", views.outbox_mail, name="outbox_mail"),
    path("boite-d-envoi/<int:pk>/envoyer/", views.outbox_send, name="outbox_send"),
    path("boite-d-envoi/<int:pk>/considerer-envoye/", views.outbox_hold, name="outbox_hold"),
]
