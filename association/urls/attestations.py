"""Attestations of membership, and their verification without sign-in."""

from django.urls import path

from association.views import attestations as views

urlpatterns = [
    path("membres/<int:pk>/attestations/", views.attestations, name="attestations"),
    path("membres/<int:pk>/attestation/", views.attestation_issue, name="attestation_issue"),
    path("attestations/verifier/", views.attestation_verify, name="attestation_verify"),
    path("attestations/verifier/<str:number>/", views.attestation_verify, name="attestation_verify"),
    path("reglages/montants/", views.allowance_list, name="allowances"),
    path("reglages/montants/<int:pk>/", views.allowance, name="allowance"),
]
