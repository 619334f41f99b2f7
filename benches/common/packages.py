"""Tables that packages ship: Debian's r-cran packages, wheels of Python, and vega-datasets of npm."""

import bz2
import lzma
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import rdata

VEGA = "vega-datasets@3.2.1"


def fetch(folder: Path, r_packages: Iterable[str], wheels: Iterable[str] = ()) -> None:
    """Unpacks the packages that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in r_packages:
        if not r_package(folder, name).exists():
            debian = f"r-cran-{name.lower()}"
            subprocess.run(["apt-get", "download", debian], cwd=folder, check=True)
            for package in folder.glob(f"{debian}_*.deb"):
                subprocess.run(["dpkg-deb", "-x", package, "."], cwd=folder, check=True)
    for wheel in wheels:
        name, _, version = wheel.partition("==")
        if not (folder / name).exists():
            subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", wheel], cwd=folder, check=True)
            for package in folder.glob(f"{name}-{version}-*.whl".lower()):
                zipfile.ZipFile(package).extractall(folder)
    if not (folder / "package").exists():
        subprocess.run(["npm", "pack", VEGA], cwd=folder, check=True)
        subprocess.run("tar xzf vega-datasets-*.tgz", cwd=folder, shell=True, check=True)


def r_package(folder: Path, name: str) -> Path:
    return folder / "usr/lib/R/site-library" / name


def r_table(folder: Path, package: str, name: str) -> pd.DataFrame:
    """A data frame of one of Debian's r-cran packages, with its row names as a column where these are texts."""
    data = r_package(folder, package) / "data"
    single = data / f"{name}.rda"
    if single.exists():
        parsed = rdata.parser.parse_file(single, extension="rda")
        frame = rdata.conversion.convert(parsed)[name]
    else:
        # A lazy-load database: an index of offsets and lengths, and pieces, packed one by one after their lengths.
        index = rdata.conversion.convert(rdata.parser.parse_file(data / "Rdata.rdx", extension="rds"))
        offset, length = (int(number) for number in index["variables"][name])
        piece = (data / "Rdata.rdb").read_bytes()[offset : offset + length]
        frame = rdata.conversion.convert(rdata.parser.parse_data(unpack(piece[4:]), extension="rds"))
    if not frame.index.astype(str).str.fullmatch(r"\d+").all():
        frame = frame.reset_index(names="rowname")
    return frame


def unpack(piece: bytes) -> bytes:
    match piece[:1]:
        case b"2":
            return bz2.decompress(piece[1:])
        case b"Z":
            return lzma.decompress(piece[1:], lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
        case _:
            return zlib.decompress(piece)


def wheel(folder: Path, file: str) -> pd.DataFrame:
    return pd.read_csv(folder / file)


def vega(folder: Path, file: str) -> pd.DataFrame:
    path = folder / "package/data" / file
    return pd.read_csv(path, keep_default_na=False, na_values=["", "NA"]) if path.suffix == ".csv" else pd.read_json(path, convert_dates=False)


def flights(folder: Path) -> pd.DataFrame:
    frame = pd.read_parquet(folder / "package/data/flights-3m.parquet").sample(8_000, random_state=0)
    frame.columns = [name.lower() for name in frame.columns]
    return frame[["delay", "origin", "destination", "distance"]]


def prepare(frame: pd.DataFrame, target: str, left_out: list[str]) -> pd.DataFrame:
    """Features, texts or numbers, and the target as the last column."""
    frame = frame.drop(columns=left_out, errors="ignore").dropna(subset=[target]).reset_index(drop=True)
    # Texts that are hardly there as classes cannot be in both parts of a split.
    if frame[target].dtype.kind not in "fiu":
        frame[target] = frame[target].astype(str)
        frame = frame[frame.groupby(target)[target].transform("size") >= 5].reset_index(drop=True)
    for column in frame.columns.drop(target):
        if frame[column].dtype.kind not in "fiu":
            frame[column] = frame[column].astype("str").where(frame[column].notna())
    return frame[[*frame.columns.drop(target), target]]
