"""The fiches of service-public.fr ("vos droits et démarches"): official XML feed, or the npm JSON of the same tree."""
