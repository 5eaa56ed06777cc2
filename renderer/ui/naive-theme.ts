/** Naive UI computes shades from colours, so it needs token values, not CSS variables. */
import type { GlobalThemeOverrides } from 'naive-ui'
import type { ChartTheme } from './theme'

export function naiveOverrides(theme: ChartTheme): GlobalThemeOverrides {
  const root = getComputedStyle(document.documentElement)
  const token = (name: string): string => root.getPropertyValue(`--${name}`).trim()
  const fill = token('accent-fill')
  return {
    common: {
      fontFamily: theme.fontUi,
      fontFamilyMono: token('font-mono'),
      fontSize: '12px',
      fontSizeTiny: '12px',
      fontSizeSmall: '12px',
      fontSizeMedium: '12px',
      heightTiny: '24px',
      heightSmall: '24px',
      heightMedium: '32px',
      borderRadius: '4px',
      borderRadiusSmall: '3px',
      primaryColor: fill,
      primaryColorHover: fill,
      primaryColorPressed: fill,
      primaryColorSuppl: fill,
      bodyColor: theme.surface0,
      cardColor: theme.surface1,
      modalColor: theme.surface1,
      popoverColor: theme.surface2,
      inputColor: theme.surface0,
      borderColor: theme.border3,
      dividerColor: theme.border1,
      textColorBase: theme.text1,
      textColor1: theme.text1,
      textColor2: theme.text1,
      textColor3: theme.text3,
      placeholderColor: theme.text3,
      hoverColor: theme.surface2,
      boxShadow1: 'none',
      boxShadow2: 'none',
      boxShadow3: 'none'
    },
    Input: {
      border: `1px solid ${theme.border3}`,
      color: theme.surface1,
      colorFocus: theme.surface1,
      paddingSmall: '0 8px',
      paddingTiny: '0 8px',
      boxShadowFocus: `0 0 0 1px ${theme.accent}`
    },
    Select: {
      peers: {
        InternalSelection: {
          border: `1px solid ${theme.border3}`,
          color: theme.surface1,
          colorActive: theme.surface1,
          boxShadowFocus: `0 0 0 1px ${theme.accent}`,
          boxShadowActive: `0 0 0 1px ${theme.accent}`
        },
        InternalSelectMenu: { color: theme.surface2, optionFontSizeSmall: '12px', optionFontSizeTiny: '12px' }
      }
    },
    Popover: { border: `1px solid ${theme.border2}`, boxShadow: 'none' } as Record<string, string>,
    Tooltip: { color: theme.surface2, textColor: theme.text1, boxShadow: 'none', padding: '4px 8px' },
    Card: { paddingMedium: '12px', paddingSmall: '12px', titleFontSizeSmall: '13px', titleFontSizeMedium: '15px' },
    Dialog: { fontSize: '12px' },
    Checkbox: { sizeSmall: '14px', border: `1px solid ${theme.border3}`, colorChecked: fill }
  }
}
