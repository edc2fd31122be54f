"""Phrases of what refuses, in Spanish: the command line, config.toml, this computer, the published folder."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator

#: What a system call says, by its name: the words themselves differ from system to system.
_SYSTEM = {
    "EPERM": "operación no permitida",
    "ENOENT": "no existe el archivo o la carpeta",
    "EINTR": "llamada al sistema interrumpida",
    "EIO": "error de entrada o salida",
    "ENXIO": "no existe el dispositivo o la dirección",
    "E2BIG": "lista de argumentos demasiado larga",
    "ENOEXEC": "no es un programa ejecutable",
    "EBADF": "descriptor de archivo incorrecto",
    "EAGAIN": "recurso no disponible por ahora",
    "ENOMEM": "no hay memoria suficiente",
    "EACCES": "permiso denegado",
    "EBUSY": "dispositivo o recurso ocupado",
    "EEXIST": "el archivo ya existe",
    "EXDEV": "enlace entre discos distintos",
    "ENODEV": "no existe el dispositivo",
    "ENOTDIR": "no es una carpeta",
    "EISDIR": "es una carpeta",
    "EINVAL": "argumento no válido",
    "ENFILE": "demasiados archivos abiertos en el sistema",
    "EMFILE": "demasiados archivos abiertos",
    "ETXTBSY": "el archivo del programa está en uso",
    "EFBIG": "archivo demasiado grande",
    "ENOSPC": "no queda espacio en el disco",
    "ESPIPE": "posición imposible en el archivo",
    "EROFS": "disco de solo lectura",
    "EMLINK": "demasiados enlaces",
    "EPIPE": "tubería rota",
    "EDEADLK": "se evitó un bloqueo mutuo",
    "ENAMETOOLONG": "nombre de archivo demasiado largo",
    "ENOLCK": "no quedan bloqueos de archivo",
    "ENOSYS": "función no implementada",
    "ENOTEMPTY": "la carpeta no está vacía",
    "ELOOP": "demasiados enlaces simbólicos",
    "EPROTO": "error de protocolo",
    "EOVERFLOW": "valor demasiado grande",
    "EILSEQ": "nombre con caracteres no válidos",
    "EOPNOTSUPP": "operación no admitida",
    "EADDRINUSE": "la dirección ya está en uso",
    "EADDRNOTAVAIL": "no se puede asignar la dirección pedida",
    "EAFNOSUPPORT": "tipo de dirección no admitido",
    "ENETDOWN": "la red no funciona",
    "ENETUNREACH": "no se llega a la red",
    "ECONNABORTED": "conexión abandonada",
    "ECONNRESET": "conexión cortada por el otro lado",
    "ECONNREFUSED": "conexión rechazada",
    "ENOBUFS": "no queda memoria para la red",
    "ENOTCONN": "el otro extremo no está conectado",
    "ETIMEDOUT": "se agotó el tiempo de la conexión",
    "EHOSTDOWN": "el otro equipo está apagado",
    "EHOSTUNREACH": "no hay camino hasta el otro equipo",
    "ESTALE": "el disco de red ya no conoce el archivo",
    "EREMOTEIO": "error de entrada o salida remoto",
    "EDQUOT": "cuota de disco superada",
    "ENOMEDIUM": "falta el disco",
}


def _system() -> Iterator[tuple[str, str]]:
    """What this system says of its refusals; longer texts before those they contain."""
    said = {os.strerror(getattr(errno, name)): words for name, words in _SYSTEM.items() if hasattr(errno, name)}
    for text in sorted(said, key=len, reverse=True):
        yield rf"(?i)(?<=[:'] ){re.escape(text)}(?=[.;]|$)", said[text]


#: The words of the command line's own parser.
USAGE: tuple[tuple[str, str], ...] = (
    (r"(?i)No such option:? '?(-[^\s'.]*)'?", r"no existe la opción \1"),
    (r"\(Possible options: ([^)]*)\)", r"(parecidas: \1)"),
    (r"Did you mean (?:one of: )?([^?.]+)\?", r"¿Quería decir \1?"),
    (r"(?i)No such command ('[^']*')", r"no existe la orden \1"),
    (r"(?i)Got unexpected extra arguments?(?:\(s\))? \((.*?)\)(?=\.|$)", r"sobran argumentos: \1"),
    (r"(?i)Missing option ('.*?')(?=\.|$)", r"falta la opción \1"),
    (r"(?i)Missing argument ('.*?')(?=\.|$)", r"falta el argumento \1"),
    (r"(?i)Missing command", "falta la orden"),
    (r"(?i)Option ('.*?') requires an argument", r"la opción \1 necesita un valor"),
    (r"(?i)Option ('.*?') does not take a value", r"la opción \1 no lleva valor"),
    (r"(?i)Invalid value for (.*?): ", r"valor no válido para \1: "),
    (r"(?i)(Input should be .*), unable to parse string as an? (?:integer|number)", r"\1"),
)
#: What the parser and the models say of config.toml.
PARSERS: tuple[tuple[str, str], ...] = (
    (r"(?<=TOML: )invalid statement", "orden no válida"),
    (r"(?<=TOML: )invalid value", "valor no válido"),
    (r"(?<=TOML: )invalid hex value", "valor hexadecimal no válido"),
    (r"(?<=TOML: )invalid date or datetime", "fecha u hora no válida"),
    (r"(?<=TOML: )invalid initial character for a key part", "una clave no puede empezar así"),
    (r"(?<=TOML: )expected '=' after a key in a key/value pair", "falta «=» tras la clave"),
    (
        r"(?<=TOML: )expected newline or end of document after a statement",
        "falta un salto de línea tras el valor",
    ),
    (r"(?<=TOML: )expected '\]' at the end of a table declaration", "falta «]» tras el nombre de la tabla"),
    (r"(?<=TOML: )expected '\]\]' at the end of an array declaration", "falta «]]» tras el nombre de la lista"),
    (r"(?<=TOML: )expected (?=['\"])", "se esperaba "),
    (r"(?<=TOML: )found invalid character ", "carácter no válido: "),
    (r"(?<=TOML: )illegal character ", "carácter no permitido: "),
    (r"(?<=TOML: )cannot declare (.+) twice", r"\1 aparece dos veces"),
    (r"(?<=TOML: )cannot overwrite a value", "la clave aparece dos veces"),
    (r"(?<=TOML: )cannot (?:mutate immutable|redefine) namespace ", "no se puede ampliar "),
    (r"(?<=TOML: )duplicate inline table key ", "clave repetida: "),
    (r"(?<=TOML: )unclosed array", "falta cerrar una lista"),
    (r"(?<=TOML: )unclosed inline table", "falta cerrar una tabla"),
    (r"(?<=TOML: )unterminated string", "falta cerrar unas comillas"),
    (r"(?<=TOML: )unescaped '\\+' in a string", "«\\\\\\\\» sin duplicar en un texto"),
    (
        r"(?<=TOML: )escaped character is not a unicode scalar value",
        "ese código no es de ningún carácter",
    ),
    (r"(?<=TOML: )toml inline arrays/tables are nested more than .*", "demasiados niveles"),
    (r"(?<=TOML: )maximum recursion depth exceeded.*?(?=\.|$)", "demasiados niveles"),
    (r"(?<=TOML: )exceeds the limit .*?(?=\.|$)", "un número con demasiadas cifras"),
    (r"(?i)field required", "falta este valor"),
    (r"(?i)input should be greater than or equal to (-?[\d.]*\d)", r"debe ser \1 o más"),
    (r"(?i)input should be less than or equal to (-?[\d.]*\d)", r"debe ser \1 o menos"),
    (r"(?i)input should be greater than (-?[\d.]*\d)", r"debe ser mayor que \1"),
    (r"(?i)input should be less than (-?[\d.]*\d)", r"debe ser menor que \1"),
    (r"(?i)input should be (?:a|an) (?:valid )?(?:array|list|tuple)", "debe ser una lista entre corchetes"),
    (r"(?i)input should be a valid boolean", "debe ser true o false"),
    (r"(?i)input should be a valid integer", "debe ser un número entero"),
    (r"(?i)input should be a (?:valid|finite) number", "debe ser un número"),
    (r"(?i)input should be a valid string", "debe ser un texto entre comillas"),
    (r"(?i)input should be an? (?:valid )?(?:object|dictionary)", "debe ser una tabla"),
    (r"(?i)input should be ((?:'[^']*', )*)('[^']*') or (?=')", r"debe ser \1\2 o "),
    (r"(?i)string should have at least (?:1 character)", "no puede estar vacío"),
    (r"(?i)string should have at most (\d+) characters", r"no puede pasar de \1 caracteres"),
    (r"(?i)tuple should have at least 1 item after validation, not 0", "no puede estar vacía"),
)
#: Our own words about config.toml.
CONFIG: tuple[tuple[str, str], ...] = (
    (r"not TOML: ", "no es TOML: "),
    (
        r"Mend that line; `climtrack init` writes a sound file to compare with",
        "Corrija esa línea; `climtrack init` escribe un archivo correcto con el que comparar",
    ),
    (r"… and (\d+) more mistakes", r"… y \1 errores más"),
    (r"unknown key(?=;)", "clave desconocida"),
    (r"; remove or correct it", "; quítela o corríjala"),
    (r" stands here twice; remove one", " aparece dos veces; quite una"),
    (r"unknown (?:colour) '([^']*)'", r"color desconocido: «\1»"),
    (r"; known are ", "; se conocen "),
    (r"; describe it under ", "; descríbala en "),
    (
        r"a path cannot hold a NUL character; write another",
        "una ruta no puede contener el carácter NUL; escriba otra",
    ),
    (
        r"there is no home folder (.+); write the path in full",
        r"no existe la carpeta personal \1; escriba la ruta entera",
    ),
    (
        r" leads out of the source's folder; write the path below base_urls",
        " sale de la carpeta de la fuente; escriba la ruta que sigue a base_urls",
    ),
    (r" is unknown(?=;|$)", " es desconocido"),
    (r"(?:north and south) missing; write both, or an outline", "faltan north y south; escriba los dos, o un outline"),
    (r"(north|south) missing; write both, or an outline", r"falta \1; escriba los dos, o un outline"),
    (r"south (\S+) is not below north (\S+); swap them", r"south, \1, no es menor que north, \2; intercámbielos"),
    (
        r" is no time zone; write an IANA name such as (?=\w)",
        " no es una zona horaria; escriba un nombre de la IANA, como ",
    ),
    (r"write the site's address, such as (?=http)", "escriba la dirección del sitio, como "),
    (r"write an https:// address(?! .h)", "escriba una dirección https://"),
    (
        r"write small letters a to z, digits and dots, at most 40, no dot first",
        "escriba letras minúsculas sin tilde, cifras y puntos, 40 como mucho y sin empezar por punto",
    ),
    (r"write it as #RRGGBB, for example ", "escríbalo como #RRGGBB; por ejemplo, "),
    (r"leave the NUL character out", "quite el carácter NUL"),
    (r"write at most 200 characters, without accents", "escriba 200 caracteres como mucho, sin tildes ni eñes"),
    (
        r"write letters a to z, digits, dots, dashes, slashes, at most 200",
        "escriba letras sin tilde, cifras, puntos, guiones y barras, 200 como mucho",
    ),
    (
        r"write an https:// address \(http:// is for this very computer only\)",
        "escriba una dirección https:// (http:// solo vale para este mismo equipo)",
    ),
)
#: The published folder and its server, the rounds as a service, the Python interface.
SITE: tuple[tuple[str, str], ...] = (
    (r"Try `(climtrack)", r"Consulte `\1"),
    (r"^Serving (.+) at (?=http)", r"Sirviendo \1 en "),
    (r"no picture in preset (\S+) is published", r"no se publica ninguna imagen en el formato \1"),
    (r"no snippet for ('[^']*'|\S+?)(?=\.|$)", r"no hay fragmento para \1"),
    (r"Use one of ", "Elija entre "),
    (r"the last (\d+) days always stay", r"los últimos \1 días se conservan siempre"),
    (r"set prune = true to delete old dated files", "con prune = true se borran los archivos fechados antiguos"),
    (r"Delete the folder (.+), then publish again", r"Borre la carpeta \1 y publique de nuevo"),
    (r"another publish is writing this folder", "hay otra publicación escribiendo en esta carpeta"),
    (r"Wait for it to end", "Espere a que termine"),
    (r" in (\S+) is a link, and a site holds none", r", en \1, es un enlace, y en un sitio no los hay"),
    (r"Put a folder in its place, or choose an empty one", "Ponga una carpeta en su lugar o elija una vacía"),
    (r" is already in (.+) and is not climtrack's", r" ya está en \1 y no es de climtrack"),
    (r"Choose an empty folder, or move that file away", "Elija una carpeta vacía o quite de ahí ese archivo"),
    (r" has format ('[^']*'|\S+), not ('[^']*'|\S+?)(?=\.|$)", r" tiene el formato \1, no \2"),
    (r"Use the climtrack that wrote it", "Use el climtrack que lo escribió"),
    (r" is damaged: ", " está dañado: "),
    (
        r"Publish into a new folder, then put it in the old one's place",
        "Publique en una carpeta nueva y póngala en el lugar de la antigua",
    ),
    (r"simulated data are never published", "los datos simulados no se publican nunca"),
    (r"Fetch the real ones first: climtrack fetch", "Descargue antes los reales: climtrack fetch"),
    (r"(?<!\w)template (\S+): ", r"plantilla \1: "),
    (r"Compare it with the one in the package", "Compárela con la del paquete"),
    (r"the server needs Starlette and uvicorn", "el servidor necesita Starlette y uvicorn"),
    (r"Install them, in climtrack's folder: pip install", "En la carpeta de climtrack: pip install"),
    (r" is no address of this computer", " no es una dirección de este equipo"),
    (r"port (\d+) is in use", r"el puerto \1 está en uso"),
    (r"port (\d+) cannot be used: ", r"no se puede usar el puerto \1: "),
    (r"Try --port ", "Pruebe con --port "),
    # the service
    (r"climtrack: next round at (\S+ \S+) UTC", r"climtrack: próxima ronda, el \1 UTC"),
    (
        r"climtrack: told to stop; everything on disk is whole",
        "climtrack: parada pedida; todo lo que hay en el disco está entero",
    ),
    (
        r"climtrack: a bug ended the round; see (\S+)\. The next try comes later",
        r"climtrack: un error del programa acabó con la ronda; véase \1. Se reintentará más tarde",
    ),
    (r"The settings in force stay as they were", "Siguen en vigor los ajustes anteriores"),
    (r"climtrack: settings read again", "climtrack: ajustes leídos de nuevo"),
    # the Python interface
    (r"Known are air and sst", "Se conocen air y sst"),
    (r"there is no series of (\S+) for (\S+?)(?=\.|$)", r"no hay ninguna serie de \1 para \2"),
    (r"there is no sea-surface series for (\S+?)(?=\.|$)", r"no hay ninguna serie de la superficie del mar para \1"),
    (r"Open (\S+), or use climtrack grid", r"Abra \1 o use climtrack grid"),
    (r"the array has dimensions (.+), not \('time',\)", r"la matriz tiene dimensiones \1, no ('time',)"),
    (r"the array is in (\S+), not degC", r"la matriz está en \1, no en degC"),
    (r"Convert it and say so in its attributes", "Conviértala e indíquelo en sus atributos"),
    (r"the days of the array do not follow one another", "los días de la matriz no son consecutivos"),
    (r"Sort it by time, one value a day", "Ordénela por tiempo, un valor al día"),
    (r"the sample does not hold this series", "la muestra no tiene esta serie"),
)
#: What is done, beside a bar or a spinner.
PROGRESS: tuple[tuple[str, str], ...] = (
    (r"^Fetching(?= …|$)", "Descargando"),
    (r"^Asking Climate Pulse(?= …|$)", "Consultando Climate Pulse"),
    (r"^Refreshing(?= …|$)", "Actualizando"),
    (r"^Reducing(?= …|$)", "Reduciendo"),
    (r"^Downloading and reducing(?= …|$)", "Descargando y reduciendo"),
    (r"^Averaging(?= …|$)", "Promediando"),
    (r"^Ranking(?= …|$)", "Ordenando"),
    (r"^fields$", "campos"),
    (r"^files$", "archivos"),
    (r"^calendar days$", "días del año"),
    (r"^steps$", "pasos"),
    (r" … (?:1 done), (\S+) just now", r" … 1 lista; la última, \1"),
    (r" … (\d+) done, (\S+) just now", r" … \1 listas; la última, \2"),
)
#: Said by the system and by what we import, not by us.
FOREIGN: tuple[tuple[str, str], ...] = (*_system(), *USAGE, *PARSERS)
#: All of them; "not TOML" before what stands behind it.
REFUSALS: tuple[tuple[str, str], ...] = (*CONFIG, *FOREIGN, *SITE, *PROGRESS)
