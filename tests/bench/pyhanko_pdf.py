"""Validates the signatures of a PDF with pyHanko, in one warm process and without network.

Prints the median of one whole validation in seconds: reading the octets, and `validate_pdf_signature` for each
signature. Arguments: number of runs, folder of the throw-away PKI, file.
"""

import io
import logging
import pathlib
import statistics
import sys
import time

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)


def certificates(folder):
    return [x509.Certificate.load(der(path)) for path in sorted(folder.glob("*.der"))]


def der(path):
    octets = path.read_bytes()
    return pem.unarmor(octets)[2] if pem.detect(octets) else octets


def main():
    runs, pki, file = int(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    roots, others = certificates(pki / "anchors"), certificates(pki / "intermediates")
    crls = [der(path) for path in sorted((pki / "crls").glob("*.crl"))]
    octets = file.read_bytes()
    took = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        reader = PdfFileReader(io.BytesIO(octets))
        for signature in reader.embedded_signatures:
            context = ValidationContext(trust_roots=roots, other_certs=others, crls=crls, allow_fetching=False)
            status = validate_pdf_signature(signature, context)
            if not (status.intact and status.valid):
                sys.exit("not what was to be measured")
        took.append(time.perf_counter() - begun)
    # The first run warms up.
    print(statistics.median(took[1:]))


main()
