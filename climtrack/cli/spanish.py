"""Help in Spanish: for ``LANG=es``, the same commands with their explanations in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

#: English help → Spanish: the first paragraph of a command, or an option's line.
HELP: Mapping[str, str] = MappingProxyType(
    {
        "Fetch, analyse, draw and write a region's report; print the three answers.": (
            "Descarga, analiza, dibuja y escribe el informe de una región; imprime las tres respuestas."
        ),
        "Print every finding of a region: anomalies, year over year, direction, ranks, records, trend, year end.": (
            "Imprime todo lo que se sabe de una región: anomalías, frente al año pasado, rumbo, puestos, récords, "
            "tendencia, fin de año."
        ),
        "Hold regions against one another: anomalies, their shares of the world's, air minus sea, El Niño.": (
            "Compara regiones: anomalías, su parte en la del mundo, aire menos mar, El Niño."
        ),
        "Print record days and streaks: warmest day of all, warmest for the date, largest anomaly, kept apart.": (
            "Imprime los días de récord y las rachas: día más cálido de todos, más cálido de su fecha, mayor anomalía, "
            "sin mezclarlos."
        ),
        "Write a ready section for a newsletter: answers, pictures with alt text, what changed, source.": (
            "Escribe una sección lista para un boletín: respuestas, imágenes con texto alternativo, lo que ha cambiado, "
            "fuente."
        ),
        "Print what to paste into a platform, with its alt text; the addresses are those that `publish` writes.": (
            "Imprime lo que hay que pegar en una plataforma, con su texto alternativo; las direcciones son las que "
            "escribe `publish`."
        ),
        "Download what is new into the store; what did not change is not sent again.": (
            "Descarga lo nuevo; lo que no ha cambiado no se vuelve a enviar."
        ),
        "Show what is stored, how old it is, where it came from, what is preliminary and what went wrong last.": (
            "Muestra qué hay guardado, de cuándo es, de dónde viene, qué es provisional y qué falló la última vez."
        ),
        "Show how published values changed: the downloads that changed a series, or every value one day ever had.": (
            "Muestra cómo cambiaron los valores publicados: las descargas que cambiaron una serie, o todos los valores "
            "que tuvo un día."
        ),
        "Write stored series, their climatology and anomalies as files for other programs.": (
            "Escribe las series guardadas, su climatología y sus anomalías en archivos para otros programas."
        ),
        "Write a commented config.toml that shows every setting and its default.": (
            "Escribe un config.toml comentado con todos los ajustes y sus valores de fábrica."
        ),
        "Draw every chart in every composition, and a page to look at them.": (
            "Dibuja todos los gráficos en todas sus composiciones, y una página para verlos."
        ),
        "nh, sh, world, tropics, arctic, antarctic, natlan …": "nh, sh, world, tropics, arctic, antarctic, natlan…",
        "Air, sea surface, or both.": "Aire, superficie del mar, o ambos.",
        "Languages.": "Idiomas.",
        "Years of the average: 1991-2020.": "Años de la media: 1991-2020.",
        "Show the state on this day (YYYY-MM-DD).": "Estado en ese día (AAAA-MM-DD).",
        "Only what was known on this day.": "Solo lo que se sabía ese día.",
        "year-lines, anomaly, year-over-year, stripes …; or all.": "year-lines, anomaly, year-over-year, stripes…; o all.",
        "year-lines, stripes …; by default all.": "year-lines, stripes…; si no se indica, todos.",
        "wide, post, email, phone, card …": "wide, post, email, phone, card…",
        "Themes.": "Temas.",
        "File formats.": "Formatos de archivo.",
        "File format.": "Formato de archivo.",
        "Your last issue, for the chart since-last-issue.": "Su último número, para el gráfico since-last-issue.",
        "Folder to write.": "Carpeta donde escribir.",
        "Use stored data only.": "Usa solo los datos guardados.",
        "Never fall back on simulated data.": "No recurre nunca a datos simulados.",
        "Draw stored data instead of the simulated sample.": "Dibuja los datos guardados en vez de la muestra simulada.",
        "Exit 3 where data are older than usual.": "Sale con 3 si los datos son más antiguos de lo normal.",
        "Print one JSON document.": "Imprime un documento JSON.",
        "Settings to use; `climtrack init` writes them.": "Ajustes; los escribe `climtrack init`.",
        "Two regions or more: nh sh": "Dos regiones o más: nh sh",
        "Day of the last issue: says what changed since.": "Día del último número: dice qué ha cambiado desde entonces.",
        "Your own post.md and post.html (Jinja).": "Sus propios post.md y post.html (Jinja).",
        "substack, ghost, wordpress, email, markdown, html, iframe, quarto, hugo.": (
            "substack, ghost, wordpress, email, markdown, html, iframe, quarto, hugo."
        ),
        "Regions; none means every series known.": "Regiones; sin ninguna, todas las series conocidas.",
        "Every value this day ever had.": "Todos los valores que tuvo ese día.",
        "Every value ever held, too.": "También todos los valores que hubo alguna vez.",
        "Where to write.": "Dónde escribir.",
        "Compare with this year, not the one before.": "Compara con este año, no con el anterior.",
        "For monitors: exit 3 where data are too old or the schedule is silent.": (
            "Para la vigilancia: sale con 3 si los datos son demasiado antiguos o el programador calla."
        ),
        "Replace a file that is there.": "Reemplaza el archivo si ya existe.",
        "Show this message and exit.": "Muestra esta ayuda y termina.",
        "Show the traceback of an error; may stand anywhere.": "Muestra el rastro de un error; puede ir en cualquier sitio.",
        "Print the version.": "Imprime la versión.",
    }
)
#: Commands that an author uses, all of whose help has Spanish.
AUTHORS: tuple[str, ...] = (
    "report", "post", "embed", "facts", "compare", "records", "history", "export", "fetch", "status", "gallery", "init",
)  # fmt: skip


#: The frame that Typer draws around it.
FRAME: Mapping[str, str] = MappingProxyType(
    {
        "Usage:": "Uso:",
        "[OPTIONS]": "[OPCIONES]",
        "Options:": "Opciones:",
        "Arguments:": "Argumentos:",
        "Commands:": "Órdenes:",
        "[default:": "[de fábrica:",
        "[required]": "[obligatorio]",
        "Show this message and exit.": "Muestra esta ayuda y termina.",
    }
)


def help_text(command: Any, words: Sequence[str]) -> str:
    """
    Help of the command that some words name.

    Parameters
    ----------
    command : click.Command
        The program; its help is replaced in place.
    words : sequence of str
        The command line.

    Returns
    -------
    str
        What ``--help`` prints, plain, in Spanish where there is Spanish for it.
    """
    node = in_spanish(command)
    context = node.make_context("climtrack", [], resilient_parsing=True)
    for word in words:
        inner = getattr(node, "commands", {}).get(word)
        if inner is not None:
            node, context = inner, inner.make_context(word, [], resilient_parsing=True, parent=context)
    node.rich_markup_mode = None
    text = str(node.get_help(context))
    for english, spanish in FRAME.items():
        text = text.replace(english, spanish)
    return text


def in_spanish(command: Any) -> Any:
    """
    A command line whose help is in Spanish where there is Spanish for it.

    Parameters
    ----------
    command : click.Command
        A command or a group; its help is replaced in place, so give one built for this process.

    Returns
    -------
    click.Command
        The same.
    """
    if command.help:
        head, mark, examples = command.help.partition("\b")
        command.help = HELP.get(head.strip(), head.strip()) + (f"\n\n{mark}{examples}" if mark else "")
    for option in command.params:
        if getattr(option, "help", None):
            option.help = HELP.get(option.help, option.help)
    for inner in getattr(command, "commands", {}).values():
        in_spanish(inner)
    return command
