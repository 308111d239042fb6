"""Certificates for tests, made by the openssl command in a folder of their own."""

import os
import ssl
import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


class Authority:
    """A certificate authority of one test."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate = self.path("ca.pem")
        self._key("ca")
        _openssl("req", "-x509", "-new", "-key", self.path("ca.key"), "-out", self.certificate,
                 "-days", "2", "-subj", "/CN=FreeIM test authority",
                 "-addext", "basicConstraints=critical,CA:TRUE",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def path(self, name):
        return os.path.join(self.folder, name)

    def _key(self, name):
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
                 self.path(f"{name}.key"))

    def issue(self, name, host="IP:127.0.0.1"):
        """A certificate for a host and its key; the paths of both."""
        self._key(name)
        request, extensions = self.path(f"{name}.csr"), self.path(f"{name}.ext")
        _openssl("req", "-new", "-key", self.path(f"{name}.key"), "-out", request,
                 "-subj", f"/CN={name}")
        with open(extensions, "w", encoding="utf-8") as file:
            file.write(f"subjectAltName={host}\nextendedKeyUsage=serverAuth\n")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey",
                 self.path("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", extensions,
                 "-out", self.path(f"{name}.pem"))
        return self.path(f"{name}.pem"), self.path(f"{name}.key")

    def context(self):
        """What verifies a server by this authority."""
        return ssl.create_default_context(cafile=self.certificate)
