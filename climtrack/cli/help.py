"""Help in Spanish: for ``LANG=es``, the same commands with their explanations in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

# What the help says in Spanish: the head of each command and the line of each option, by its English.


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
        "Where pictures to upload go while public_url is not set.": (
            "Dónde van las imágenes para subir mientras no se indique public_url."
        ),
        "Language; by default the terminal's.": "Idioma; si no se indica, el del terminal.",
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
        # what runs it unattended
        "Install completion for the current shell.": "Instala el autocompletado en el intérprete de órdenes actual.",
        "Show completion for the current shell, to copy it or customize the installation.": (
            "Muestra el autocompletado del intérprete actual, para copiarlo o adaptarlo."
        ),
        "Days alike by date, or by the site's slot.": "Días emparejados por fecha, o por su puesto en el sitio.",
        "Hold world air and sea against Copernicus Climate Pulse, and our figures against the published ones.": (
            "Contrasta el aire y el mar del mundo con Copernicus Climate Pulse, y nuestras cifras con las publicadas."
        ),
        "Exit 3 where a series departs from the other.": "Sale con 3 si una serie se aparta de la otra.",
        "Write the static site: pages, dated and latest pictures, feed, data. Any host can serve it.\n\n"
        "Nothing published is ever deleted unless `prune = true` stands in config.toml.": (
            "Escribe el sitio estático: páginas, imágenes fechadas y últimas, canal y datos. Sirve cualquier alojamiento.\n\n"
            "Nunca se borra nada publicado, salvo que config.toml diga `prune = true`."
        ),
        "Folder of the site; default as in config.toml.": "Carpeta del sitio; si no se indica, la de config.toml.",
        "Serve the published site over HTTP, read-only, to this computer; Ctrl-C stops it.": (
            "Sirve por HTTP el sitio publicado, solo para leer y solo a este equipo; Ctrl-C lo detiene."
        ),
        "A published site; default as in config.toml.": "Un sitio publicado; si no se indica, el de config.toml.",
        "Address to listen on.": "Dirección en la que escuchar.",
        "Port; 0 for any free one.": "Puerto; 0 para uno cualquiera que esté libre.",
        "Yes, let other computers connect: needed with a --host of that kind.": (
            "Sí, deja que se conecten otros equipos: hace falta con un --host de ese tipo."
        ),
        "Do one unattended round: fetch, merge, analyse, draw and publish everything that config.toml names.": (
            "Hace una ronda desatendida: descarga, une, analiza, dibuja y publica todo lo que nombra config.toml."
        ),
        "Refresh every day at the hours of config.toml, until told to stop; SIGHUP reads the settings again.": (
            "Hace una ronda cada día a las horas de config.toml, hasta que se le pare; SIGHUP vuelve a leer los ajustes."
        ),
        "Serve the published site in the same process.": "Sirve el sitio publicado en el mismo proceso.",
        "Take a series as the source sends it now, once, although the checks refuse it: look at `status` before.\n\n"
        "With --date only these days are let through; without it (an announced reprocessing) all of the series. What was held\n"
        "until then stays in the history. Future dates, another source and impossible temperatures are refused all the same.": (
            "Acepta una serie tal como la envía ahora la fuente, una vez, aunque no pase los controles: mire antes `status`.\n\n"
            "Con --date solo se dejan pasar esos días; sin ella (un reproceso anunciado), toda la serie. Lo que había hasta\n"
            "entonces queda en el historial. Las fechas futuras, otra fuente y las temperaturas imposibles se rechazan igual."
        ),
        "Days that you have looked at; what else is odd is still refused.": (
            "Días que ya ha mirado; lo demás que sea raro se sigue rechazando."
        ),
        "nh-air, natlan-sst … or a key such as era5.t2m.nh.": "nh-air, natlan-sst… o una clave como era5.t2m.nh.",
        "Check versions, settings, folder, disk, fonts, store, clock, hosts and the layout of each feed.\n\n"
        "Each finding comes with its remedy; exit 3 where something is the matter.": (
            "Comprueba versiones, ajustes, carpeta, disco, tipos de letra, datos guardados, reloj, servidores y el formato de\n"
            "cada fuente.\n\nCada hallazgo va con su remedio; sale con 3 si algo anda mal."
        ),
        "Do what can be done safely: make the folder, mend the store.": (
            "Hace lo que se puede hacer sin riesgo: crear la carpeta, reparar los datos guardados."
        ),
        "Leave the network alone.": "No usa la red.",
        # grids
        "Regional daily means from gridded data (NetCDF, Zarr, OPeNDAP), into the same store.": (
            "Medias diarias de regiones a partir de mallas (NetCDF, Zarr, OPeNDAP), guardadas con las demás series."
        ),
        "Reduce gridded files to daily means of regions, all in one pass.\n\n"
        "Files are known by their CF metadata, never by their names. Cells count by their true area; the equator row counts\n"
        "half in each hemisphere (--weights site: in full in both, as Climate Reanalyzer does).": (
            "Reduce archivos de mallas a medias diarias de regiones, todas en una pasada.\n\n"
            "Los archivos se reconocen por sus metadatos CF, nunca por su nombre. Cada celda cuenta por su área verdadera; la\n"
            "fila del ecuador, la mitad en cada hemisferio (--weights site: entera en los dos, como hace Climate Reanalyzer)."
        ),
        "Files, folders, globs, Zarr stores, addresses.": "Archivos, carpetas, patrones, almacenes Zarr, direcciones.",
        "Names, GeoJSON files, or srex:MED of regionmask.": "Nombres, archivos GeoJSON, o srex:MED de regionmask.",
        "Sea surface or 2 m air.": "Superficie del mar, o aire a 2 m.",
        "True cell areas, or as the site counts edge rows.": (
            "Áreas verdaderas de las celdas, o las filas del borde como las cuenta el sitio."
        ),
        "The variable's name in the files, if they do not tell.": (
            "Nombre de la variable en los archivos, si ellos no lo dicen."
        ),
        "oisst, era5 …, if the files do not tell.": "oisst, era5…, si los archivos no lo dicen.",
        "threads, processes, serial, cluster (dask here), or tcp://HOST:PORT.": (
            "threads (hilos), processes (procesos), serial, cluster (dask en este equipo) o tcp://SERVIDOR:PUERTO."
        ),
        "How many at once; 0: one per core.": "Cuántos a la vez; 0: uno por núcleo.",
        "Write the days there; the store is left alone.": "Escribe ahí los días; no se guarda nada más.",
        "Compute a series from public grids: download, reduce, delete, file by file, into the store.\n\n"
        "Says beforehand how many gigabytes; stop it whenever you like, the same command goes on where it was. All named\n"
        "regions are computed in the same pass, so another --region later needs no download.": (
            "Calcula una serie con mallas públicas: descarga, reduce y borra, archivo por archivo, y guarda el resultado.\n\n"
            "Dice antes cuántos gigabytes; párela cuando quiera, la misma orden sigue donde estaba. Todas las regiones con\n"
            "nombre se calculan en la misma pasada: otra --region, más adelante, no necesita descargas."
        ),
        "Sea surface temperature (OISST v2.1).": "Temperatura de la superficie del mar (OISST v2.1).",
        "First day; OISST begins 1981-09-01.": "Primer día; OISST empieza el 1981-09-01.",
        "Last day; yesterday by default.": "Último día; si no se indica, ayer.",
        "ncei, aws, psl, psl-opendap; config.toml sets it.": "ncei, aws, psl, psl-opendap; lo fija config.toml.",
        "With psl-opendap: every so many rows; approximate.": "Con psl-opendap: una de cada tantas filas; aproximado.",
        "Say how much and stop.": "Dice cuánto es y termina.",
        "Make the climatology of every cell, for maps: one pass over the files, bounded memory.\n\n"
        "With --percentile 90 also the threshold of marine heatwaves of every cell by day of year (Hobday et al. 2016), for\n"
        "`climtrack grid map --heatwave`; it says how much disk that needs meanwhile.": (
            "Calcula la climatología de cada celda, para los mapas: una pasada por los archivos, memoria acotada.\n\n"
            "Con --percentile 90, también el umbral de ola de calor marina de cada celda y día del año (Hobday et al. 2016),\n"
            "para `climtrack grid map --heatwave`; dice cuánto disco necesita mientras tanto."
        ),
        "Daily fields of every year of the baseline.": "Campos diarios de todos los años del periodo de referencia.",
        "Years.": "Años.",
        "Also this percentile by day of year.": "También este percentil por día del año.",
        "Days around each date, an odd number.": "Días en torno a cada fecha, un número impar.",
        "Draw a day's difference from average, cell by cell, on an equal-area map, with caption and alt text.\n\n"
        "Without PATH the day's OISST file (1.6 MB) is downloaded, and PSL's long-term mean once if no climatology is kept.\n"
        "--heatwave shows instead how far the sea is above its 90th percentile; `climtrack grid climatology --percentile 90`\n"
        "makes that first.": (
            "Dibuja la diferencia de un día frente a la media, celda por celda, en un mapa de áreas iguales, con pie y texto\n"
            "alternativo.\n\n"
            "Sin PATH se descarga el archivo de OISST de ese día (1,6 MB) y, una vez, la media de largo plazo de PSL si no hay\n"
            "climatología guardada. Con --heatwave muestra cuánto supera el mar su percentil 90, que antes calcula\n"
            "`climtrack grid climatology --percentile 90`."
        ),
        "Which day.": "Qué día.",
        "Where the day's field is; else NOAA's daily file.": "Dónde está el campo del día; si no, el archivo de la NOAA.",
        "Categories of marine heatwaves instead of differences from average.": (
            "Categorías de ola de calor marina en vez de diferencias frente a la media."
        ),
        "Sizes of the pictures.": "Tamaños de las imágenes.",
        "Where the pictures go.": "Dónde van las imágenes.",
    }
)


#: The frame that Typer draws around it.
FRAME: Mapping[str, str] = MappingProxyType(
    {
        "Usage:": "Uso:",
        "[OPTIONS]": "[OPCIONES]",
        "COMMAND [ARGS]...": "ORDEN [ARGUMENTOS]...",
        "Options:": "Opciones:",
        "Arguments:": "Argumentos:",
        "Commands:": "Órdenes:",
        "[default:": "[de fábrica:",
        "[required]": "[obligatorio]",
        "Show this message and exit.": "Muestra esta ayuda y termina.",
    }
)


def help_text(command: Any, words: Sequence[str]) -> str:
    """Help of the command that some words name."""
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
    """A command line whose help is in Spanish where there is Spanish for it."""
    if command.help:
        head, mark, examples = command.help.partition("\b")
        command.help = HELP.get(head.strip(), head.strip()) + (f"\n\n{mark}{examples}" if mark else "")
    for option in command.params:
        if getattr(option, "help", None):
            option.help = HELP.get(option.help, option.help)
    for inner in getattr(command, "commands", {}).values():
        in_spanish(inner)
    return command
