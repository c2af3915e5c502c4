"""The API of profile forms and their templates. See lever.md 8."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import forms
from sandbox.lever.account import new_id
from sandbox.lever.acts import touch
from sandbox.lever.answers import data, deleted, listed_as_given, shown
from sandbox.lever.api_opportunities import OPPORTUNITY
from sandbox.lever.asking import actor_of, body_of, lever_of, opportunity_of
from sandbox.lever.errors import not_found


async def list_forms(request: Request) -> Response:
    kept = lever_of(request).account.forms[opportunity_of(request).id]
    return listed_as_given(request, [form.shape() for form in kept])


async def get_form(request: Request) -> Response:
    wanted = request.path_params["id"]
    for form in lever_of(request).account.forms[opportunity_of(request).id]:
        if form.id == wanted:
            return shown(request, form.shape())
    raise not_found("forms", wanted)


async def create_form(request: Request) -> Response:
    lever, opportunity, actor = lever_of(request), opportunity_of(request), actor_of(request)
    wanted = await body_of(request, forms.NewForm)
    template = forms.find(lever.account.form_templates, wanted.base_template_id)
    at = wanted.created_at or lever.now()
    form = forms.Form(
        id=new_id(),
        text=template.text,
        instructions=template.instructions,
        fields=forms.filled(template, wanted.fields),
        base_template_id=template.id,
        user=actor.user,
        stage=opportunity.stage,
        secret=template.secret_by_default if wanted.secret is None else wanted.secret,
        created_at=at,
        completed_at=at,
    )
    lever.account.forms[opportunity.id].append(form)
    touch(lever, opportunity)
    return data(form.shape(), 201)


async def list_templates(request: Request) -> Response:
    return listed_as_given(request, [one.shape() for one in _templates(request).values()])


async def get_template(request: Request) -> Response:
    return shown(request, _template(request).shape())


async def create_template(request: Request) -> Response:
    wanted = await body_of(request, forms.FormTemplateWanted)
    return data(forms.add(_templates(request), wanted, lever_of(request).now()).shape(), 201)


async def put_template(request: Request) -> Response:
    template, wanted = _template(request), await body_of(request, forms.FormTemplateWanted)
    forms.change(template, wanted, lever_of(request).now())
    return data(template.shape())


async def delete_template(request: Request) -> Response:
    forms.remove(_templates(request), _template(request))
    return deleted()


def _templates(request: Request) -> forms.Templates:
    return lever_of(request).account.form_templates


def _template(request: Request) -> forms.FormTemplate:
    return forms.find(_templates(request), request.path_params["id"])


FORMS, TEMPLATES = f"{OPPORTUNITY}/forms", "/v1/form_templates"
routes: list[BaseRoute] = [
    Route(FORMS, list_forms, methods=["GET"]),
    Route(FORMS, create_form, methods=["POST"]),
    Route(f"{FORMS}/{{id}}", get_form, methods=["GET"]),
    Route(TEMPLATES, list_templates, methods=["GET"]),
    Route(TEMPLATES, create_template, methods=["POST"]),
    Route(f"{TEMPLATES}/{{id}}", get_template, methods=["GET"]),
    Route(f"{TEMPLATES}/{{id}}", put_template, methods=["PUT"]),
    Route(f"{TEMPLATES}/{{id}}", delete_template, methods=["DELETE"]),
]
