# The JavaScript release with the Deno of nixpkgs, which has to be 2.9 or later:
#   pkgs.callPackage ./package.nix { src = ./pppoe-proxy-0.1.0.js.tar.gz; }
{ stdenv, deno, makeWrapper, src }:

stdenv.mkDerivation {
  pname = "pppoe-proxy";
  version = builtins.head (builtins.match ".*-([0-9][^-]*)\\.js\\.tar\\.gz" (baseNameOf src));
  inherit src;
  nativeBuildInputs = [ makeWrapper ];
  dontBuild = true;
  installPhase = ''
    mkdir -p $out/bin $out/share
    cp -r . $out/share/pppoe-proxy
    makeWrapper $out/share/pppoe-proxy/pppoe-proxy $out/bin/pppoe-proxy --set DENO ${deno}/bin/deno
  '';
  meta.mainProgram = "pppoe-proxy";
}
