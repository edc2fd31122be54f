"""
Messages: the one-line notices and errors of every room, in Spanish.

The rooms say what went wrong in English; a line may join several such sentences ("nh-air: not updated: … . Using data
as of … . Will try again …."). Each pattern here is one of these phrases, with its numbers, dates and names as groups;
what has no pattern stays as it was said. No Babel: the terminal's ``--help`` and one-line errors stay light.
"""

from __future__ import annotations

import re
from functools import cache

_DAY = r"(\d{4}-\d{2}-\d{2})"

#: English phrase → Spanish; longer phrases before those they contain.
PHRASES: tuple[tuple[str, str], ...] = (
    # what is used instead
    (
        rf"offline: using stored data as of {_DAY} to {_DAY}",
        r"sin conexión: se usan los datos guardados hasta el \1–\2",
    ),
    (rf"offline: using stored data as of {_DAY}", r"sin conexión: se usan los datos guardados hasta el \1"),
    (rf"Using data as of {_DAY} to {_DAY}", r"Se usan los datos guardados hasta el \1–\2"),
    (rf"Using data as of {_DAY}", r"Se usan los datos guardados hasta el \1"),
    (r"\((\d+) days? old\)", r"(antigüedad: \1 d)"),
    (r"\((\d+) to (\d+) days old\)", r"(antigüedad: de \1 a \2 d)"),
    (r"(\d+) series \((\S+) …\)", r"\1 series (\2 …)"),
    (r"not updated:", "sin actualizar:"),
    (r"Nothing is stored\b", "No hay nada guardado"),
    (r"and nothing is stored", "y no hay nada guardado"),
    (
        r"No data are stored yet: this report shows SIMULATED data, which mean nothing\. Run it online\.",
        "Aún no hay datos guardados: este informe muestra DATOS SIMULADOS, que no significan nada. "
        "Repítalo con conexión.",
    ),
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
        r"([\d,]+) days? missing in the new copy \((.+?)\); ours are kept",
        r"a la copia nueva le faltan \1 días (\2); se conservan los nuestros",
    ),
    (r"([\d,]+) days? missing \(", r"faltan \1 días ("),
    (r"([\d,]+) preliminary (?:day is|days are) final already", r"\1 días provisionales ya son definitivos"),
    (r"(?<![\d,])(?:1) value looks( wrong)", "1 valor parece erróneo"),
    (r"this series has never left (\S+?)\.\.\.(\S+?)\)", r"esta serie nunca ha salido de \1…\2)"),
    (r"believable here is (\S+?)\.\.\.(\S+?)\)", r"aquí es creíble \1…\2)"),
    (r"possible is (\S+?)\.\.\.(\S+?)\)", r"es posible \1…\2)"),
    (r"day to day this series moves (\S+) at most", r"de un día a otro esta serie cambia \1 como máximo"),
    (r"the values have fewer than (\d+) decimals", r"los valores tienen menos de \1 decimales"),
    (r"the newest values are dated a day (late)", "los valores más nuevos llevan fecha de un día después"),
    (r"the newest values are dated a day (early)", "los valores más nuevos llevan fecha de un día antes"),
    (r'the row "([^"]*)" is not an average of these years', r"la fila «\1» no es la media de estos años"),
    (
        r"departs from Climate Pulse by (\d+)\.(\d+) °C rms, most on (\S+); normal is up to (\d+)\.(\d+)",
        r"se aparta de Climate Pulse en \1,\2 °C (media cuadrática), sobre todo el \3; lo normal son hasta \4,\5",
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
    (r"no address is known for (\S+?)(?=\.? |\.?$)", r"no se conoce ninguna dirección para \1"),
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
    (r"([\d,]+) days are missing in the middle, in (\d+) gaps", r"faltan \1 días intermedios, en \2 huecos"),
    (r"the copy is (\d+) days older than ours", r"la copia es \1 días más antigua que la nuestra"),
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
    (r"Will try again at the next refresh", "Se volverá a intentar en la próxima ronda"),
    (r"Will not ask again before then", "No se preguntará antes"),
    (r"Run again after that", "Repítalo después"),
    (r"Run it once without --offline", "Ejecútelo una vez sin --offline"),
    (r"Is this computer online\?", "¿Tiene conexión este equipo?"),
    (
        r"If it stays so: a newer climtrack may know the new address",
        "Si sigue así, quizá un climtrack más nuevo conozca la dirección",
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
    (r"Write one with `climtrack init`", "Escríbalo con `climtrack init`"),
    (r"(\S+) is there already", r"\1 ya existe"),
    (r"Name another file, or replace it with --force", "Elija otro archivo o reemplácelo con --force"),
    (r"(\S+) begins on (\S+), after (\S+?)(?=\.? |\.?$)", r"\1 empieza el \2, después del \3"),
    (r"Choose a later date", "Elija una fecha posterior"),
    (
        r"(\S+) covers no baseline, so it has no anomalies",
        r"\1 no cubre ningún periodo de referencia y no tiene anomalías",
    ),
    # this computer
    (r"another refresh is running", "hay otra ronda en marcha"),
    (r"Wait until it has finished", "Espere a que termine"),
    (r"Nothing was changed", "No se ha cambiado nada"),
    (r"Free some space or raise the quota, then try again", "Libere espacio o amplíe la cuota y vuelva a intentarlo"),
    (r"cannot write (.+?): read-only disk", r"no se puede escribir \1: disco de solo lectura"),
    (r"cannot use (.+?) \(owner (\S+)\):", r"no se puede usar \1 (propietario: \2):"),
    (r"cannot use (.+?):", r"no se puede usar \1:"),
    (
        r"no room for (.+?): needed ([\d.]+) MB, free ([\d.]+) MB",
        r"no hay sitio para \1: hacen falta \2 MB y quedan \3 MB",
    ),
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
        rf"stored file damaged; using its copy in the history, data to {_DAY}",
        r"archivo guardado dañado; se usa su copia del historial, con datos hasta el \1",
    ),
    (
        r"The store's manifest is damaged or missing; using the version of (.+?) from the history",
        r"El manifiesto del almacén está dañado o falta; se usa la versión del \1, del historial",
    ),
    (
        r"interrupted; (\d+) of (\d+) series updated, the rest unchanged",
        r"interrumpido; \1 de \2 series actualizadas, el resto como estaba",
    ),
    (r"Check the disk, then try again", "Revise el disco y vuelva a intentarlo"),
    (r"(\S+): nothing stored", r"\1: nada guardado"),
    (r"Run `climtrack fetch`", "Ejecute `climtrack fetch`"),
    (r"The next refresh repairs it", "La próxima ronda lo repara"),
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


def spanish_line(line: str) -> str:
    """
    A notice or an error in Spanish.

    Parameters
    ----------
    line : str
        As the rooms say it, in English.

    Returns
    -------
    str
        Every phrase that is known, in Spanish; file names, options and commands stay as they are typed.
    """
    for pattern, spanish in _patterns():
        line = pattern.sub(spanish, line)
    return line
