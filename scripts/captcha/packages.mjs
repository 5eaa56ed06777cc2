/**
 * The Debian packages that the captcha's letters come from, by the licence of their fonts, as read in each package's
 * copyright file; the script checks that the file still says so. Fonts under the GPL, the LGPL or a licence of their own
 * are left out although they are free: whether a picture of a letter is covered by a font exception is not ours to argue.
 */
const openFontLicense = { name: 'SIL Open Font License 1.1', says: /open font licen[sc]e|\bOFL\b/i }
const apache = { name: 'Apache License 2.0', says: /apache/i }
const vera = { name: 'Bitstream Vera licence', says: /bitstream vera/i }
const gust = { name: 'GUST Font License', says: /gust font licen[sc]e/i }
const publicDomain = { name: 'public domain', says: /public[ -]domain/i }

const listed = (licence, names) => names.split(/\s+/).map((name) => ({ package: `fonts-${name}`, licence }))

export const packages = [
  ...listed(
    openFontLicense,
    `3270 allerta anonymous-pro apropal arapey averia-gwf averia-sans-gwf averia-serif-gwf b612 bebas-neue
    bwht cabin cabinsketch campania cantarell cardo century-catalogue cherrybomb cmu comfortaa comic-neue
    compagnon courier-prime croscore crosextra-carlito dancingscript dkg-handwriting dosis dotgothic16 ebgaramond
    ebgaramond-extra elstob essays1743 eurofurence fantasque-sans ferrite-core firacode georgewilliams
    gfs-artemisia gfs-bodoni-classic gfs-complutum gfs-didot gfs-neohellenic gnutypewriter gotico-antiqua havana hermit
    hosny-amiri humor-sans inconsolata inter junction junicode jura karla karmilla kaushanscript
    klaudia-berenika kristi lato le-murmure league-mono league-spartan leckerli-one lemonada levien-museum
    levien-typoscript liberation2 linuxlibertine lobster lobstertwo manrope millimetre mononoki mplus national-park
    noto-core noto-mono okolaks oldstandard opendin oxygen play quattrocento quicksand radisnoir reggae rocknroll
    routed-gothic sil-andika sil-andikanewbasic sil-charis sil-doulos sil-gentium sil-gentiumplus smiley-sans
    solide-mirage sora stick stix triod-postnaja vollkorn yanone-kaffeesatz yrsa-rasa yusei-magic`
  ),
  ...listed(apache, 'clear-sans crosextra-caladea jetbrains-mono open-sans roboto-slab roboto-unhinted'),
  ...listed(vera, 'dejavu-core dejavu-extra'),
  ...listed(gust, 'lmodern texgyre'),
  ...listed(publicDomain, 'goudybookletter prociono tuffy')
]

/** Files that are no ordinary letters, by a part of their name: symbols, other scripts, what the contact sheet showed. */
export const unwanted =
  /math|symbol|emoji|icon|ornament|dingbat|initials|LinLibertine_I|Durandus|GoticoAntiqua96G|Hybrid111R/i

/** Of packages with hundreds of faces for other scripts, only the files that are meant for Latin letters. */
export const only = {
  'fonts-noto-core': /\/Noto(Sans|Serif)(Display)?-/
}
