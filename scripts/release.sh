#!/usr/bin/env bash
# Makes a release of the version in cmd/chaping/version.go: checks the tree and
# the change log, builds packages, checksums and a CycloneDX list of what is in
# them into dist/, and tags the commit last. `--check` only checks, `--dry-run`
# makes everything but the tag.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(scripts/version.sh)
problem() { echo "不能发布 $version：$1" >&2; exit 1; }

[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || problem "版本号不合 SemVer"
[ -z "$(git status --porcelain)" ] || problem "有没有提交的改动"
grep -qE "^## ${version//./\\.}（20[0-9]{2}-[01][0-9]-[0-3][0-9]）$" CHANGELOG.md ||
  problem "CHANGELOG.md 没有“## $version（日期）”一节"
! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || problem "标签 v$version 已经有了"
[ "${1:-}" != --check ] || exit 0

rm -rf dist
scripts/package.sh
GOFLAGS=-tags=ne go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 \
  app -json -licenses -main cmd/chaping -output "dist/chaping-$version.cdx.json" .
(cd dist && sha256sum -- * >SHA256SUMS)
(cd dist && sha256sum --check --quiet SHA256SUMS)
[ "${1:-}" != --dry-run ] || { ls -l dist; exit 0; }
git tag -a "v$version" -m "chaping $version"
ls -l dist
