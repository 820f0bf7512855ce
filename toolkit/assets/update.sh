#!/usr/bin/env bash
# Brings the documentation pages' browser bundles up to the versions named here.
#
# Each page stands on one file that its project publishes for browsers. The files
# are committed, so that a build needs neither Node.js nor a network, and a service
# serves its documentation without help from another host. Run this by hand after
# changing a version, then run `SCREENSHOTS=FOLDER .ci/browser` and look at the pages.
#
# Needs npm and tar.
set -euo pipefail

redoc=3.0.1
scalar=1.72.1
rapidoc=9.3.8

cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# unpack PACKAGE VERSION: downloads a release and prints the folder it is in.
unpack() {
  local folder
  folder=$(mktemp -d -p "$scratch")
  npm pack --silent --pack-destination "$folder" "$1@$2" >/dev/null
  tar -xzf "$folder"/*.tgz -C "$folder" --strip-components=1
  echo "$folder"
}

# Redoc shows its maker's logo from the maker's host, and has no option against it.
# The two pictures are replaced by their text, so that the credit stays as it was.
# word TEXT WIDTH: a picture of a word, as an address.
word() {
  echo "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='$2' height='12'%3E%3Ctext y='10' font-family='sans-serif' font-size='11' font-weight='bold' fill='%232f6fed'%3E$1%3C/text%3E%3C/svg%3E"
}
package=$(unpack redoc "$redoc")
sed -e "s#https://cdn\.redoc\.ly/redoc/logo-mini-full\.svg#$(word Redocly 50)#" \
  -e "s#https://cdn\.redoc\.ly/redoc/logo-mini\.svg#$(word R 9)#" \
  "$package/bundles/redoc.standalone.js" >redoc/redoc.standalone.js
if [ "$(grep -o 'data:image/svg+xml,%3Csvg xmlns=' redoc/redoc.standalone.js | wc -l)" != 2 ] ||
  grep -q 'cdn\.redoc\.ly' redoc/redoc.standalone.js; then
  echo "redoc: the logo is not where it was; look for it and change the lines above" >&2
  exit 1
fi
cp "$package/LICENSE" redoc/LICENSE
echo "redoc $redoc, its logo as text" >redoc/VERSION

# Scalar's package carries no licence file: scalar/LICENSE was written by hand.
package=$(unpack @scalar/api-reference "$scalar")
cp "$package/dist/browser/standalone.js" scalar/scalar.standalone.js
echo "@scalar/api-reference $scalar" >scalar/VERSION

# RapiDoc lists the licences of what it bundles in a file of its own.
package=$(unpack rapidoc "$rapidoc")
cp "$package/dist/rapidoc-min.js" rapidoc/rapidoc-min.js
{
  cat "$package/LICENSE.txt"
  printf '\n\nThe bundle holds parts of other projects:\n\n'
  cat "$package/dist/rapidoc-min.js.LICENSE.txt"
} >rapidoc/LICENSE
echo "rapidoc $rapidoc" >rapidoc/VERSION

# A source map's address would only be asked for, and never found.
sed -i -E '/^\/\/# sourceMappingURL=[^ ]+$/d' \
  redoc/redoc.standalone.js scalar/scalar.standalone.js rapidoc/rapidoc-min.js

cat ./*/VERSION
