"""Who the people of the City are, what each may do, and the trace of what they did.

To protect a page, an address of the API or a stream, name the roles that may, any one being enough:

    from ui.identity import Person, Role, requires

    @router.get("/console", response_class=HTMLResponse)
    async def releases(request: Request, person: Annotated[Person, Depends(requires(Role.COMMITTEE))]) -> Response:
        return staff_page(request, person, "releases.html", releases=...)

or for a whole router: `APIRouter(dependencies=[Depends(requires(Role.COMMITTEE, Role.EXECUTIVE))])`, then
`person_in(request)` in a handler. `requires` does all of this, and nothing else has to be done:

* nobody signed in: a page sends to `/connexion` and back, a form or the API answers 401;
* a role missing: 403, and a line in the journal (who, which address);
* a request that writes (POST, PUT, PATCH, DELETE) without the token of the visit is 403. A form carries it as
  `<input type="hidden" name="token" value="{{ person.token }}">`, a script as the header `x-csrf-token`;
* it runs before a stream begins, and reads no body before it knows who asks: a handler that takes a file declares no
  `Form` parameter and calls `await request.form()` itself.

Whatever changes a setting, a right or a decision writes a line: `await journal_of(request).write(person, "what.key",
subject, why)`; `what.key` is in the table `act` of words.fr.toml, `why` is what the person typed, never empty.

Templates: `staff_page(request, person, template, **values)` looks in ui/identity/templates, ui/desk/templates and
ui/console/templates; each extends `staff.html` (blocks `title` and `main`). The words of a folder are its
`words.fr.toml`, read by `words_in(folder)` and given to the template by the page. `open_room(app, "/console")`, once,
puts a room of `ui.identity.layout.ROOMS` in the navigation of those who may enter it.
"""

from ui.identity.guard import Person, person_in, requires
from ui.identity.house import Identity, install
from ui.identity.journal import Journal, journal_of
from ui.identity.layout import open_room, staff_page, words_in
from ui.identity.roles import Role

__all__ = [
    "Identity",
    "Journal",
    "Person",
    "Role",
    "install",
    "journal_of",
    "open_room",
    "person_in",
    "requires",
    "staff_page",
    "words_in",
]
