/* SPDX-License-Identifier: BSD-2-Clause */
/* x509.h - the names in an X.509 certificate (RFC 5280), by a small reader of DER (X.690). */
#ifndef NAMES_X509_H
#define NAMES_X509_H

#include "names/kind.h"

/* Hands over the DNS names of subjectAltName, then the common names of the subject. Of a certificate that is cut, those
 * that are whole. */
void x509_names(const void *certificate, size_t n, name_fn *fn, void *ctx);

#endif
