"""
Messages: the one-line notices and errors of every room, in Spanish.

The rooms say what went wrong in English; a line may join several such sentences ("nh-air: not updated: … . Using data
as of … . Will try again …."). Each pattern here is one of these phrases, with its numbers, dates and names as groups;
what has no pattern stays as it was said. No Babel: the terminal's ``--help`` and one-line errors stay light.
"""

from __future__ import annotations

import re
from functools import cache

from climtrack.reporter.phrases import DOCTOR, GRIDS, STORE, WORDS
from climtrack.reporter.refusals import REFUSALS

_DAY = r"(\d{4}-\d{2}-\d{2})"
#: A path, absolute or from here.
_PATH = re.compile(r"(?<=')[^']*/[^']*(?=')|(?<![\w/:.])(?:~|\.{1,2})?/[^\s:;,()'\"]+(?<!\.)")
#: A number with decimals that measures something: one with a unit, or an end of a range; versions and names are none.
_MEASURED = re.compile(
    r"(?<![\w.:/])(\d+)\.(\d+)(?=[ \u00a0](?:°C|[kMG]B|horas?|h|s|días?)(?!\w)|[ \u00a0](?:%|como máximo)|…\S)"
    r"|(?<=\d…)(-?\d+)\.(\d+)(?![\w.])|(?<=hasta )(-?\d+)\.(\d+)(?![\w.])"
)

#: English phrase → Spanish; longer phrases before those they contain.
PHRASES: tuple[tuple[str, str], ...] = (
    *REFUSALS,
    *DOCTOR,
    *STORE,
    *WORDS,
    *GRIDS,
    # what is used instead
    (
        rf"offline: using stored data as of {_DAY} to {_DAY}",
        r"sin conexión: se usan datos guardados de \1 a \2",
    ),
    (rf"offline: using stored data as of {_DAY}", r"sin conexión: se usan datos guardados hasta el \1"),
    (rf"Using data as of {_DAY} to {_DAY}", r"Se usan datos guardados de \1 a \2"),
    (rf"Using data as of {_DAY}", r"Se usan datos guardados hasta el \1"),
    (r"\((\d+) days? old\)", r"(hace \1 d)"),
    (r"\((\d+) to (\d+) days old\)", r"(hace de \1 a \2 d)"),
    # what a command did
    (r"(?<![\d,])1 (day new)\b", "1 día nuevo"),
    (r"([\d,]+) (days new)\b", r"\1 días nuevos"),
    (r"(?<![\d,])1 (day made final)\b", "1 día pasado a definitivo"),
    (r"([\d,]+) (days made final)\b", r"\1 días pasados a definitivos"),
    (r"(?<![\d,])1 (day revised) by at most (\d+)\.(\d+) °C", r"1 día revisado, \2.\3 °C como máximo"),
    (r"([\d,]+) (days revised) by at most (\d+)\.(\d+) °C", r"\1 días revisados, \3.\4 °C como máximo"),
    (rf": (unchanged); data to {_DAY}", r": sin cambios; datos hasta el \2"),
    (rf"; data to {_DAY}", r"; datos hasta el \1"),
    (r": report\.html, report\.md, facts\.json, tables and ", ": report.html, report.md, facts.json, tablas y "),
    (r"(?<![\d,])1 (picture) drawn", "1 imagen dibujada"),
    (r"([\d,]+) (pictures) drawn", r"\1 imágenes dibujadas"),
    (r"(?<![\d,])1 (picture)(: open|$)", r"1 imagen\2"),
    (r"([\d,]+) (pictures)(: open|$)", r"\1 imágenes\3"),
    (r"(imagen|imágenes): open ", r"\1: abra "),
    (r"(\.(?:md|html)) and (?=\d+ im)", r"\1 y "),
    (
        r"(?<![\d,])1 (file) written, (\d+) as they were, (\d+) pruned",
        r"1 archivo escrito, \2 sin cambios, \3 retirados",
    ),
    (
        r"([\d,]+) (files) written, (\d+) as they were, (\d+) pruned",
        r"\1 archivos escritos, \3 sin cambios, \4 retirados",
    ),
    (
        r"public_url is not set in config\.toml: feed, cards and snippets point at this computer",
        "en config.toml falta public_url: el canal, las tarjetas y los fragmentos apuntan a este ordenador",
    ),
    (r"a table speaks one language at a time", "una tabla habla un solo idioma"),
    (r"Give one of ", "Elija uno de "),
    (r"not updated:", "sin actualizar:"),
    (r"Nothing is stored\b", "No hay nada guardado"),
    (r"and nothing is stored", "y no hay nada guardado"),
    (
        r"No data are stored yet: this report shows SIMULATED data, which mean nothing\. Run it online\.",
        "Aún no hay datos guardados: este informe muestra DATOS SIMULADOS, que no significan nada. "
        "Repítalo con conexión.",
    ),
    (
        rf"showing what is stored: data as of {_DAY} to {_DAY}",
        r"se muestra lo guardado: datos de \1 a \2",
    ),
    (rf"showing what is stored: data as of {_DAY}", r"se muestra lo guardado: datos hasta el \1"),
    (r"showing what is stored", "se muestra lo guardado"),
    (
        r"no new data for (\d+) days; normal is up to (\d+)",
        r"sin datos nuevos desde hace \1 días; lo normal son hasta \2",
    ),
    (
        rf"this computer's clock says {_DAY}; newest data {_DAY}\. Ages are not shown",
        r"el reloj de este equipo marca \1 y los datos más nuevos son del \2. No se indica la antigüedad",
    ),
    (r"chart (\S+) (\S+) not drawn:", r"gráfico \1 \2 sin dibujar:"),
    (r"a picture already there stays", "si ya había una imagen, se conserva"),
    # what the reader found
    (r"read with a changed format", "leído con un formato cambiado"),
    (r"byte order mark", "marca de orden de bytes"),
    (r"row names as numbers", "nombres de fila como números"),
    (r"data as one text", "datos como un solo texto"),
    (r"numbers as text", "números como texto"),
    (rf"\({_DAY} to {_DAY}\)", r"(\1–\2)"),
    (r"not UTF-8 text", "no es texto UTF-8"),
    (r"(\S+) is not a number(?=\))", r"\1 no es un número"),
    (r"a number of more than 6 digits", "un número de más de 6 cifras"),
    (r"a row gives a field twice", "una fila repite un campo"),
    (r"a value is infinite", "un valor es infinito"),
    (r"an object instead of a list of rows", "un objeto en lugar de una lista de filas"),
    (r"a list without rows", "una lista sin filas"),
    (r"nested too deep", "demasiados niveles"),
    (r"too many rows", "demasiadas filas"),
    (r"entry (\d+) is not a row with a name", r"la entrada \1 no es una fila con nombre"),
    (r'no field "name" in entry (\d+)', r"falta el campo «name» en la entrada \1"),
    (r'no field "data" in row "([^"]*)"', r"falta el campo «data» en la fila «\1»"),
    (r'"data" of row "([^"]*)" is not a list', r"«data» de la fila «\1» no es una lista"),
    (r'"data_source" of row "([^"]*)" is not text', r"«data_source» de la fila «\1» no es texto"),
    (r'row "([^"]*)" has (\d+) values instead of (\d+)', r"la fila «\1» tiene \2 valores en lugar de \3"),
    (r"(\d+) is not a leap year and has a 366th value", r"\1 no es bisiesto y tiene un valor 366"),
    (r'a value of row "([^"]*)" is not a number:', r"un valor de la fila «\1» no es un número:"),
    (r"a row for the year (\d+)", r"una fila del año \1"),
    (r"no row is named for a year", "ninguna fila lleva el nombre de un año"),
    (r"not one value in any year", "ningún valor en ningún año"),
    (r"year (\d+) appears twice with different values", r"el año \1 aparece dos veces con valores distintos"),
    (r"year (\d+) appears twice with the same values", r"el año \1 aparece dos veces con los mismos valores"),
    (r"rows of several sources:", "filas de varias fuentes:"),
    (r'row "([^"]*)" leaves (\S+) to (\S+) °C', r"la fila «\1» se sale de \2…\3 °C"),
    (
        rf'row "Preliminary" does not continue {_DAY}, slot (\d+)',
        r"la fila «Preliminary» no continúa el \1, posición \2",
    ),
    (r'no row "Preliminary"', "falta la fila «Preliminary»"),
    (r"unknown rows? (.+?) ignored", r"fila desconocida \1, sin usar"),
    (r"the payload does not name its source", "los datos no nombran su fuente"),
    (r"the source does not hold (\d+) years \((\d+) to (\d+)\)", r"la fuente no tiene \1 años (\2–\3)"),
    (r"the source does not hold (\d+)", r"la fuente no tiene \1"),
    (
        r"(?<![\d,])(?:1 day) missing in the new copy \((.+?)\); ours are kept",
        r"a la copia nueva le falta 1 día (\1); se conserva el nuestro",
    ),
    (r"(?<![\d,])(?:1 day) missing \(", "falta 1 día ("),
    (r"(?<![\d,])(?:1) preliminary (?:day is) final already", "1 día provisional ya es definitivo"),
    (r"the copy is (?:1 day) older than ours", "la copia es 1 día más antigua que la nuestra"),
    (
        r"([\d,]+) days? missing in the new copy \((.+?)\); ours are kept",
        r"a la copia nueva le faltan \1 días (\2); se conservan los nuestros",
    ),
    (r"([\d,]+) days? missing \(", r"faltan \1 días ("),
    (r"([\d,]+) preliminary (?:day is|days are) final already", r"\1 días provisionales ya son definitivos"),
    (r"(?<![\d,])(?:1) value looks( wrong)", "1 valor parece erróneo"),
    (r"this series has never left (\S+?)\.\.\.(\S+?)\)", r"nunca ha salido de \1…\2)"),
    (r"believable here is (\S+?)\.\.\.(\S+?)\)", r"aquí es creíble \1…\2)"),
    (r"possible is (\S+?)\.\.\.(\S+?)\)", r"es posible \1…\2)"),
    (r"day to day this series moves (\S+) at most", r"de un día a otro, \1 como máximo"),
    (r"the values have fewer than (\d+) decimals", r"los valores tienen menos de \1 decimales"),
    (r"the newest values are dated a day (late)", "los valores más nuevos llevan fecha de un día después"),
    (r"the newest values are dated a day (early)", "los valores más nuevos llevan fecha de un día antes"),
    (r'the row "([^"]*)" is not an average of these years', r"la fila «\1» no es la media de estos años"),
    (
        r"departs from Climate Pulse by (\d+)\.(\d+) °C rms, most on (\S+); normal is up to (\d+)\.(\d+)",
        r"se aparta de Climate Pulse en \1.\2 °C (media cuadrática), sobre todo el \3; lo normal son hasta \4.\5",
    ),
    (r"(?<![\d,])(?:1) past (value) revised, at most (\S+) °C", r"1 valor pasado revisado, \2 °C"),
    (r"(?<![\d,])(?:1) preliminary (value) revised, at most (\S+) °C", r"1 valor provisional revisado, \2 °C"),
    (r"If true: `climtrack accept`", "Si es cierto: `climtrack accept`"),
    (r"Check base_urls and CLIMTRACK_BASE_URL", "Revise base_urls y CLIMTRACK_BASE_URL"),
    # the secure connection and the network
    (r"the certificate has expired", "el certificado ha caducado"),
    (r"the certificate is not valid yet", "el certificado aún no es válido"),
    (r"the certificate is signed by itself only", "el certificado solo está firmado por sí mismo"),
    (
        r"the certificate is signed by nobody this computer knows",
        "el certificado no está firmado por nadie que este ordenador conozca",
    ),
    (r"the certificate is for another name", "el certificado es de otro nombre"),
    (r"the certificate is not accepted", "el certificado no se acepta"),
    (r"the network cannot be reached", "no se llega a la red"),
    (r"the server broke off the connection", "el servidor cortó la conexión"),
    (
        r"the name (\S+) stands for (\S+), an address of the local network; not contacted",
        r"el nombre \1 lleva a \2, una dirección de la red local; no se contactó",
    ),
    (r"the answer is encoded in a way nobody asked for", "la respuesta viene codificada como nadie pidió"),
    # the way to the source
    (r"the server did not answer within (\d+) s", r"el servidor no respondió en \1 s"),
    (r"the server kept sending for (\d+) s without finishing", r"el servidor estuvo \1 s enviando sin terminar"),
    (r"the server did not answer in time", "el servidor no respondió a tiempo"),
    (r"the server refused the connection", "el servidor rechazó la conexión"),
    (r"the server refused this program \((\d+)\)", r"el servidor rechazó este programa (\1)"),
    (r"the server reports an error of its own \((\d+)\)", r"el servidor comunica un error suyo (\1)"),
    (r"the server says that it is asked too often \(429\)", "el servidor dice que se le pregunta demasiado (429)"),
    (r"the server asks to wait (.+?) \((\d+)\)", r"el servidor pide esperar \1 (\2)"),
    (r"the server asked not to be called before (\S+ \S+ UTC)", r"el servidor pidió que no se le llame antes del \1"),
    (r"the server answered with status (\d+) and no data", r"el servidor respondió con el estado \1 y sin datos"),
    (r"the server sent us round in circles", "el servidor nos hizo dar vueltas"),
    (
        r"the server pointed to another place \((\S+)\); not followed",
        r"el servidor remitió a otro lugar (\1); no se siguió",
    ),
    (r"the server's answer is not HTTP as we know it", "la respuesta del servidor no es HTTP tal como lo conocemos"),
    (r"the secure connection could not be made \(TLS\)", "no se pudo establecer la conexión segura (TLS)"),
    (r"the address no longer exists \((\d+)\)", r"la dirección ya no existe (\1)"),
    (r"no address is known for (\S+?)(?=\.? |\.?$)", r"sin dirección conocida para \1"),
    (r"the source was not asked", "no se ha preguntado a la fuente"),
    (r"the answer is cut short", "la respuesta está incompleta"),
    (r"the answer is damaged \(gzip\)", "la respuesta está dañada (gzip)"),
    (r"the answer is not JSON", "la respuesta no es JSON"),
    (r"answer larger than (\S+) MB; stopped", r"respuesta de más de \1 MB; se interrumpió"),
    (r"received an empty answer", "se recibió una respuesta vacía"),
    (
        r"received a web page instead of data \(text/html, (\S+) kB\)",
        r"se recibió una página web en lugar de datos (text/html, \1 kB)",
    ),
    (r"received simulated data in place of real ones", "se recibieron datos simulados en lugar de reales"),
    (r"the format changed", "el formato ha cambiado"),
    (r'the data now come from "([^"]*)" instead of "([^"]*)"', r"los datos proceden ahora de «\1» en lugar de «\2»"),
    (r"([\d,]+) values? in the future \(to (\S+);", r"\1 valores en el futuro (hasta el \2;"),
    (rf"this computer's clock says {_DAY}", r"el reloj de este equipo marca \1"),
    (r"([\d,]+) values? looks? wrong", r"\1 valores parecen erróneos"),
    (r"([\d,]+) days? that we hold (?:is|are) missing", r"faltan días que ya teníamos (\1)"),
    (r"([\d,]+) days are missing in the middle, in (\d+) gaps?", r"faltan \1 días intermedios, en \2 huecos"),
    (r"the copy is (\d+) days? older than ours", r"la copia es \1 días más antigua que la nuestra"),
    (
        r"the server sent a slightly older copy; keeping ours",
        "el servidor envió una copia algo anterior; se conserva la nuestra",
    ),
    (r"past values changed by up to (\S+) °C", r"los valores pasados cambiaron hasta \1 °C"),
    (r"([\d,]+) past values\b", r"\1 valores pasados"),
    (r"([\d,]+) preliminary values\b", r"\1 valores provisionales"),
    (r"revised, at most (\S+) °C", r"revisados, \1 °C como máximo"),
    (rf"the value (\S+) °C is repeated for (\d+) days from {_DAY}", r"el valor \1 °C se repite \2 días desde el \3"),
    # what to do
    (r"Will try again at the next refresh", "Se reintentará en la próxima ronda"),
    (r"Will not ask again before then", "No se preguntará antes"),
    (r"Run again after that", "Repítalo después"),
    (r"Run it once without --offline", "Ejecútelo una vez sin --offline"),
    (r"Is this computer online\?", "¿Hay conexión?"),
    (
        r"If it stays so: a newer climtrack may know the new address",
        "Si sigue así, pruebe un climtrack más nuevo",
    ),
    (r"Please report it: `climtrack doctor`", "Comuníquelo, por favor: `climtrack doctor`"),
    (r"Set the clock, or report it", "Ponga en hora el reloj o comuníquelo"),
    (r"See `user_agent` in the manual", "Consulte `user_agent` en el manual"),
    (r"Set base_urls to the true address", "Ponga en base_urls la dirección verdadera"),
    (r"Add an \[\[endpoints\]\] entry to config\.toml", "Añada una entrada [[endpoints]] a config.toml"),
    # wrong usage
    (r"unknown region '([^']*)'", r"región desconocida: «\1»"),
    (r"unknown variable '([^']*)'", r"variable desconocida: «\1»"),
    (r"unknown chart '([^']*)'", r"gráfico desconocido: «\1»"),
    (r"unknown (?:language|preset|theme|format) '([^']*)'", r"opción desconocida: «\1»"),
    (r"; did you mean '([^']*)'\?", r"; ¿quería decir «\1»?"),
    (r"Known are", "Se conocen"),
    (r"'([^']*)' is not a date", r"«\1» no es una fecha"),
    (rf"(--\S+) {_DAY} lies in the future: today is {_DAY}", r"\1 \2 está en el futuro: hoy es \3"),
    (r"Give today's date or an earlier one", "Indique la fecha de hoy o una anterior"),
    (
        r"shows pictures from a public address, and public_url is not set in config\.toml",
        "muestra las imágenes desde una dirección pública, y en config.toml falta public_url",
    ),
    (
        r"Set it and run `climtrack publish`, or upload the pictures that `climtrack post` writes",
        "Indíquela y ejecute `climtrack publish`, o suba las imágenes que escribe `climtrack post`",
    ),
    (r": written, to be uploaded or put beside your text", ": escrita, para subirla o ponerla junto al texto"),
    (r"Write it as YYYY-MM-DD, for example", "Escríbala como AAAA-MM-DD; por ejemplo,"),
    (r"baseline '([^']*)' is not a pair of years", r"el periodo «\1» no es un par de años"),
    (r"Write it as FIRST-LAST, for example", "Escríbalo como PRIMERO-ÚLTIMO; por ejemplo,"),
    (r"(\S+) has no series for (\S+)", r"\1 no tiene ninguna serie de \2"),
    (r"Choose the other variable, or both", "Elija la otra variable, o las dos"),
    (
        r"the site has no sea-surface series for (\w+)",
        r"el sitio no tiene ninguna serie de la superficie del mar para \1",
    ),
    (r"Compute the true one with", "Calcule la verdadera con"),
    (r"a comparison needs (?:at least )?two (?:regions|series)", "para comparar hacen falta al menos dos"),
    (r"Name (?:them|two regions):", "Nómbrelas:"),
    (r"(\S+): no such file", r"\1: no existe ese archivo"),
    (r"no such file: (\S+?)(?=;|\.?$)", r"no existe el archivo \1"),
    (r"Give its path from config\.toml's folder", "Escriba su ruta desde la carpeta de config.toml"),
    (r"Write one with `climtrack init`", "Escríbalo con `climtrack init`"),
    (r"(\S+) is there already", r"\1 ya existe"),
    (r"Name another file, or replace it with --force", "Elija otro archivo o reemplácelo con --force"),
    (r"(\S+) begins on (\S+), after (\S+?)(?=\.? |\.?$)", r"\1 empieza el \2, después del \3"),
    (r"Choose a later date", "Elija una fecha posterior"),
    (
        r"(\S+) covers no baseline, so it has no anomalies",
        r"\1 no cubre ningún periodo de referencia y no tiene anomalías",
    ),
    # grids
    (
        rf"stored from {_DAY} to {_DAY}, too little for an average and this year; another stands in\. Complete it with",
        r"guardada de \1 a \2, muy poco para una media y este año; la sustituye otra. Complétela con",
    ),
    (
        r"interrupted; (\S+) of (\S+) files done and stored; the same command goes on",
        r"interrumpido; \1 de \2 archivos terminados y guardados; la misma orden continúa",
    ),
    (r"(\S+) cannot be read(?=[:.])", r"no se puede leer \1"),
    (r"its rights forbid it", "sus permisos lo impiden"),
    (r"Change its rights(?=\.?$)", "Cambie sus permisos"),
    (r"(\S+) is cut short or damaged", r"\1 está incompleto o dañado"),
    (
        r"(\S+) gives no grid: the server answers, but not with one",
        r"\1 no da ninguna malla: el servidor responde otra cosa",
    ),
    (r"Check the address", "Compruebe la dirección"),
    (r"(\S+) did not give (\S+):", r"\1 no dio \2:"),
    (r"(\S+) would take the name of region (\S+?)(?=\.? |\.?$)", r"\1 tomaría el nombre de la región \2"),
    (r"two different regions are called (\S+?)(?=\.? |\.?$)", r"dos regiones distintas se llaman \1"),
    (r"Rename (?:the file|one of the files)", "Cambie el nombre del archivo"),
    (r"Check or download it again", "Compruébelo o vuelva a descargarlo"),
    (r"(\S+) is cut short", r"\1 está incompleto"),
    (r"Download it again", "Vuelva a descargarlo"),
    (r"nothing to read at (\S+)", r"no hay nada que leer en \1"),
    (r"Give NetCDF or Zarr files, folders or globs", "Indique archivos NetCDF o Zarr, carpetas o patrones"),
    (r"(\S+) is neither NetCDF nor Zarr", r"\1 no es NetCDF ni Zarr"),
    (r"the grid covers (\d+)% of region (\S+)", r"la malla cubre el \1 % de la región \2"),
    (r"Give a grid that covers all of it", "Indique una malla que la cubra entera"),
    (r"not one complete day in these files", "no hay un solo día completo en estos archivos"),
    (r"(\S+) is held already, made in another way", r"\1 ya está guardada, calculada de otra manera"),
    (
        r"Series are never spliced: write these to a file with --csv, or use another region name",
        "Las series nunca se empalman: escriba estas en un archivo con --csv o dé otro nombre a la región",
    ),
    (r"there is no place (\S+)", r"no existe el lugar \1"),
    (r"there are no thresholds (\S+) of (\S+) (\w+)", r"no hay umbrales de \1 para \2 \3"),
    (r"there is no climatology (\S+) of (\S+) (\w+)", r"no hay climatología de \1 para \2 \3"),
    (r"(\S+) holds hours, not means of days", r"\1 contiene horas, no medias de días"),
    (r"Give daily means, one field a day", "Indique medias diarias, un campo por día"),
    (r"marine heatwaves are the sea's", "las olas de calor marinas son del mar"),
    # this computer
    (r"Wait until it has finished", "Espere a que termine"),
    (r"Nothing was changed", "No se ha cambiado nada"),
    (r"Free some space or raise the quota, then try again", "Libere espacio o amplíe la cuota y vuelva a intentarlo"),
    (r"cannot write (.+?): read-only disk", r"no se puede escribir \1: disco de solo lectura"),
    (r"cannot use (.+?) \(owner (\S+)\):", r"no se puede usar \1 (propietario: \2):"),
    (r"cannot use (.+?):", r"no se puede usar \1:"),
    (
        r"no room for (.+?): needed ([\d.]+) ([kM]B) within the quota",
        r"no hay sitio para \1: hacen falta \2 \3 y la cuota no los da",
    ),
    (
        r"no room for (.+?): needed ([\d.]+) ([kM]B) above the limit of a file",
        r"no hay sitio para \1: hacen falta \2 \3, más que el límite por archivo",
    ),
    (r"Raise the limit \(ulimit -f\), then try again", "Aumente el límite (ulimit -f) y vuelva a intentarlo"),
    (
        r"no room for (.+?): needed ([\d.]+) ([kM]B), free ([\d.]+) ([kM]B)",
        r"no hay sitio para \1: hacen falta \2 \3 y quedan \4 \5",
    ),
    (
        r"rounds have failed since (\S+ \S+) UTC; see (\S+) in",
        r"las actualizaciones fallan desde el \1 UTC; véase \2 en",
    ),
    (r"never received:", "sin recibir nunca:"),
    (r"not judged, for no round refreshes them:", "sin juzgar, porque ninguna actualización las incluye:"),
    (r"it is read and not written", "se lee y no se escribe"),
    (r"Choose another folder", "Elija otra carpeta"),
    (r"Change its rights, or choose another folder", "Cambie sus permisos o elija otra carpeta"),
    (
        r"a file stands where a folder belongs, or the reverse",
        "hay un archivo donde debería haber una carpeta, o al revés",
    ),
    (r"Move it away", "Quítelo de ahí"),
    (r"Make the folder, then try again", "Cree la carpeta y vuelva a intentarlo"),
    (r"it is not there, or no longer", "no está, o ya no está"),
    (
        r"interrupted; (\d+) of (\d+) series updated, the rest unchanged",
        r"interrumpido; \1 de \2 series actualizadas, el resto como estaba",
    ),
    (
        r"interrupted; (no) series updated, the rest unchanged",
        "interrumpido; ninguna serie actualizada, todo como estaba",
    ),
    (r"interrupted; (1) series updated, the rest unchanged", "interrumpido; 1 serie actualizada, el resto como estaba"),
    (
        r"interrupted; (\d+) series updated, the rest unchanged",
        r"interrumpido; \1 series actualizadas, el resto como estaba",
    ),
    (r"Check the disk, then try again", "Revise el disco y vuelva a intentarlo"),
    (r"Run `climtrack fetch`", "Ejecute `climtrack fetch`"),
    (r"a bug:", "error del programa:"),
    (
        r"Run the same command with --debug and report what it prints",
        "Repita la orden con --debug y comunique lo que imprima",
    ),
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The phrases, compiled when first needed."""
    return tuple((re.compile(english), spanish) for english, spanish in PHRASES)


def spanish_line(line: str, code: str = "es") -> str:
    """A notice or an error in Spanish."""
    paths = _PATH.findall(line)
    line = _PATH.sub("\0", line)  # what has a folder in it is no sentence
    line = re.sub(r"(?<![\d,.])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])", lambda found: found[0].replace(",", ""), line)
    for pattern, spanish in _patterns():
        line = pattern.sub(spanish, line)
    if code != "es-MX":
        line = _MEASURED.sub(lambda found: found[0].replace(".", ","), line)
    for path in paths:
        line = line.replace("\0", path, 1)
    return line
